using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>Where the forward scan writes.</summary>
internal sealed unsafe class ScanOutputs
{
    /// <summary>The gate before its SiLU, (batch, length, channels), or none: the one operand that the directions share.</summary>
    public TensorRows Gate { get; init; }

    /// <summary>The outputs, (batch, length, channels).</summary>
    public required TensorRows Y { get; init; }

    /// <summary>
    /// The outputs' sum over the directions ahead of the gate, (batch, length, channels), float32: kept for a backward pass, and needed by several directions
    /// of another type than float32.
    /// </summary>
    public TensorRows Sums { get; init; }

    /// <summary>For each direction the state after its last step, (batch, channels, d_state), or null.</summary>
    public float*[]? LastStates { get; init; }

    /// <summary>For each direction the states before its chunks, (batch, chunk, block, padded d_state, lane), or null where no backward pass follows.</summary>
    public float*[]? Checkpoints { get; init; }
}
