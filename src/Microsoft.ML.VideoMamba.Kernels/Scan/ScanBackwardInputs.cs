using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>What the backward scan reads beside its directions, and the gradient of what they share.</summary>
internal sealed unsafe class ScanBackwardInputs
{
    /// <summary>Gradient of the outputs, (batch, length, channels), or none for zero.</summary>
    public required TensorRows Dy { get; init; }

    /// <summary>The gate before its SiLU, or none.</summary>
    public TensorRows Gate { get; init; }

    /// <summary>Receives the gate's gradient.</summary>
    public TensorRows DGate { get; init; }

    /// <summary>What the forward pass kept: <see cref="ScanOutputs.Sums"/>, where there is a gate.</summary>
    public TensorRows Sums { get; init; }

    /// <summary>What the forward pass kept: <see cref="ScanOutputs.Checkpoints"/>.</summary>
    public required float*[] Checkpoints { get; init; }
}
