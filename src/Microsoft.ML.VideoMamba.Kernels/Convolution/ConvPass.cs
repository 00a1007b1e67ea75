using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>One direction's convolution: its parameters packed, channels across the lanes. Kernels take several of one input.</summary>
internal sealed unsafe class ConvPass
{
    /// <param name="size">The convolution's sizes.</param>
    /// <param name="scratch">Where the packed parameters live: the caller keeps it until the kernels are done.</param>
    /// <param name="weight">(channels, width), float32, contiguous.</param>
    /// <param name="bias">(channels), float32, contiguous, or null.</param>
    /// <param name="silu">Whether SiLU follows.</param>
    /// <param name="direction">Which end the convolution is causal from.</param>
    public ConvPass(ConvSize size, Scratch scratch, Tensor weight, Tensor? bias, bool silu, SequenceDirection direction)
    {
        (Silu, Direction) = (silu, direction);
        int width = (int)weight.size(1);
        Taps = scratch.TakeZeroed(size.Blocks * ConvSize.Taps * size.Lanes);
        Bias = scratch.TakeZeroed(size.Blocks * size.Lanes);
        ChannelLanes.Pack((float*)TensorMemory.Address(weight), size.Channels, width, ConvSize.Taps, size.Lanes, Taps + (ConvSize.Taps - width) * size.Lanes);
        if (bias is not null) ChannelLanes.Pack((float*)TensorMemory.Address(bias), size.Channels, 1, 1, size.Lanes, Bias);
    }

    /// <summary>(block, tap, lane); the last tap lies on the current token.</summary>
    public float* Taps { get; }

    /// <summary>(block, lane).</summary>
    public float* Bias { get; }

    public bool Silu { get; }

    public SequenceDirection Direction { get; }

    /// <summary>From a step's token to the next one's.</summary>
    public int Stride => Direction == SequenceDirection.Reverse ? -1 : 1;

    /// <summary>Row of the token that a step is at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Token(ConvSize size, int clip, int step) => (long)clip * size.Length + (Direction == SequenceDirection.Reverse ? size.Length - 1 - step : step);

    /// <summary>Convolves some steps of a clip, all channels.</summary>
    /// <param name="size">The convolution's sizes.</param>
    /// <param name="x">Inputs, (batch, length, channels).</param>
    /// <param name="clip">The clip.</param>
    /// <param name="firstStep">The first step.</param>
    /// <param name="endStep">The first step beyond.</param>
    /// <param name="y">Receives the first step's outputs.</param>
    /// <param name="yStride">From a step's outputs to the next one's.</param>
    public void Convolve<TLanes, TElement>(ConvSize size, TensorRows x, int clip, int firstStep, int endStep, TElement* y, long yStride)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var first = x.Row<TElement>(Token(size, clip, firstStep));
        for (int channel = 0; channel < size.Channels; channel += TLanes.Count)
        {
            ConvolveBlock<TLanes, TElement, TElement>(first + channel, Stride * x.Stride, size.Channels - channel, firstStep, endStep - firstStep, channel, y + channel, yStride);
        }
    }

    /// <summary>Convolves one block of channels over some steps, which need not begin at the first.</summary>
    /// <param name="source">The first step's inputs of the block.</param>
    /// <param name="stride">From a step's inputs to the next one's.</param>
    /// <param name="channels">Channels from the block's first on.</param>
    /// <param name="firstStep">The first step: those before it exist in memory.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="channel">The block's first channel.</param>
    /// <param name="y">Receives the first step's outputs of the block.</param>
    /// <param name="yStride">From a step's outputs to the next one's.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void ConvolveBlock<TLanes, TElement, TOutput>(
        TElement* source, long stride, int channels, int firstStep, int steps, int channel, TOutput* y, long yStride)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
        where TOutput : unmanaged, IElement<TOutput>
    {
        int w = TLanes.Count;
        float* taps = Taps + channel * ConvSize.Taps;
        TLanes t0 = TLanes.Load(taps), t1 = TLanes.Load(taps + w), t2 = TLanes.Load(taps + 2 * w), t3 = TLanes.Load(taps + 3 * w), bias = TLanes.Load(Bias + channel);
        var zero = TLanes.Broadcast(0);
        TLanes x0 = firstStep >= 3 ? TElement.Load<TLanes>(source - 3 * stride, channels) : zero;
        TLanes x1 = firstStep >= 2 ? TElement.Load<TLanes>(source - 2 * stride, channels) : zero;
        TLanes x2 = firstStep >= 1 ? TElement.Load<TLanes>(source - stride, channels) : zero;
        bool silu = Silu;
        for (int i = 0; i < steps; i++, source += stride, y += yStride)
        {
            Cache.Prefetch(source + w);
            var x3 = TElement.Load<TLanes>(source, channels);
            var sum = TLanes.MultiplyAdd(x3, t3, TLanes.MultiplyAdd(x2, t2, TLanes.MultiplyAdd(x1, t1, TLanes.MultiplyAdd(x0, t0, bias))));
            TOutput.Store(silu ? LaneMath.Silu<TLanes, TElement>(sum) : sum, y, channels);
            (x0, x1, x2) = (x1, x2, x3);
        }
    }
}
