using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>What the forward and the backward convolution share: addresses, sizes, and which token a tap lies on.</summary>
internal abstract unsafe class ConvKernel
{
    protected ConvKernel(Tensor x, Tensor weight, Tensor? bias, ConvOptions options)
    {
        (Batch, Length, Channels, Taps) = ((int)x.shape[0], (int)x.shape[1], (int)x.shape[2], (int)weight.shape[1]);
        Lanes = (int)options.Width / 32;
        (Silu, Reverse) = (options.Silu, options.Direction == SequenceDirection.Reverse);
        X = TensorMemory.Address(x);
        Weight = (float*)TensorMemory.Address(weight);
        Bias = (float*)TensorMemory.Address(bias);
    }

    protected int Batch { get; }

    protected int Length { get; }

    protected int Channels { get; }

    protected int Taps { get; }

    protected int Lanes { get; }

    protected bool Silu { get; }

    protected bool Reverse { get; }

    protected void* X { get; }

    protected float* Weight { get; }

    protected float* Bias { get; }

    /// <summary>Bias plus the taps over the tokens at and before a step of the walk; before the first step there is nothing.</summary>
    /// <param name="column">The clip's first token, at the block's first channel.</param>
    /// <param name="step">The step, counted from the end that the direction starts from.</param>
    /// <param name="taps">The block's taps, (tap, lane).</param>
    /// <param name="bias">The block's bias.</param>
    /// <param name="rest">Number of channels from the block's first on.</param>
    protected TLanes Convolve<TLanes, TElement>(TElement* column, int step, float* taps, TLanes bias, int rest)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var sum = bias;
        for (int tap = Math.Max(0, Taps - 1 - step); tap < Taps; tap++)
        {
            var x = PartialVector.Load<TLanes, TElement>(column + Row(step - Taps + 1 + tap), rest);
            sum = TLanes.MultiplyAdd(x, TLanes.Load(taps + tap * TLanes.Count), sum);
        }

        return sum;
    }

    /// <summary>Offset of the row that a step of the walk is at.</summary>
    protected long Row(int step) => (long)(Reverse ? Length - 1 - step : step) * Channels;
}
