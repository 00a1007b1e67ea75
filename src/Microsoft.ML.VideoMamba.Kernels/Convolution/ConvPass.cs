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
        int width = (int)weight.shape[1];
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

    /// <summary>Row of the token that a step is at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Token(ConvSize size, int clip, int step) => (long)clip * size.Length + (Direction == SequenceDirection.Reverse ? size.Length - 1 - step : step);
}
