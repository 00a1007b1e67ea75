using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The gradients of one direction: that of its outputs, and where the kernel writes the parameters' partial sums.</summary>
internal sealed unsafe class ConvGradients
{
    private readonly Tensor _taps;
    private readonly Tensor _bias;

    /// <param name="size">The convolution's sizes.</param>
    /// <param name="y">Gradient of the outputs, (batch, length, channels).</param>
    public ConvGradients(ConvSize size, TensorRows y)
    {
        Y = y;
        (_taps, _bias) = (empty(size.Pieces, size.Channels, ConvSize.Taps), empty(size.Pieces, size.Channels));
        Taps = (float*)TensorMemory.Address(_taps);
        Bias = (float*)TensorMemory.Address(_bias);
    }

    public TensorRows Y { get; }

    /// <summary>Receives the outputs after their SiLU, which the gradients need computed again, (batch, length, channels), or none.</summary>
    public TensorRows Outputs { get; init; }

    /// <summary>(piece, channels, tap).</summary>
    public float* Taps { get; }

    /// <summary>(piece, channels).</summary>
    public float* Bias { get; }

    /// <summary>The gradient of the taps, (channels, width).</summary>
    public Tensor Weight(long width) => _taps.sum([0]).narrow(1, ConvSize.Taps - width, width);

    /// <summary>The gradient of the bias, (channels).</summary>
    public Tensor BiasSum() => _bias.sum([0]);
}
