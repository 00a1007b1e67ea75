using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>
/// Where the backward scan writes for one direction. Parameters get a partial sum for each clip, B and C one for each clip and piece of channels; they are
/// added up in a fixed order afterwards.
/// </summary>
internal sealed unsafe class ScanGradients
{
    public ScanGradients(ScanSize size)
    {
        A = empty(size.Batch, size.Channels, size.States);
        D = empty(size.Batch, size.Channels);
        DeltaBias = empty(size.Batch, size.Channels);
        Maps = empty(size.Batch, ScanBackwardKernel.PiecesPerClip(size), size.Length, size.MapWidth);
    }

    /// <summary>Gradient of the inputs, (batch, length, channels).</summary>
    public required TensorRows U { get; init; }

    /// <summary>Gradient of the step sizes of all channels before bias and softplus, (batch, length, channels).</summary>
    public required TensorRows Delta { get; init; }

    /// <summary>Gradient of A or of its logarithm by clip, (batch, channels, d_state), float32.</summary>
    public Tensor A { get; }

    /// <summary>By clip, (batch, channels), float32.</summary>
    public Tensor D { get; }

    /// <summary>By clip, (batch, channels), float32.</summary>
    public Tensor DeltaBias { get; }

    /// <summary>Gradients of B and C by piece, (batch, piece, length, padded B | padded C), float32.</summary>
    public Tensor Maps { get; }

    /// <summary>Receives the gradient of the initial state, (batch, channels, d_state), or null.</summary>
    public float* InitialState { get; init; }

    /// <summary>Gradient of the last state, (batch, channels, d_state), or null for zero.</summary>
    public float* LastState { get; init; }
}
