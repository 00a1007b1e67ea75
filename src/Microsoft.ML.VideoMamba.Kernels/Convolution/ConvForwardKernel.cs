using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The convolution with its bias and SiLU. A piece is a run of steps of one clip, all channels.</summary>
internal sealed unsafe class ConvForwardKernel : ConvKernel, ISimdKernel
{
    private const int StepsPerPiece = 64;

    private readonly void* _y;

    public ConvForwardKernel(Tensor x, Tensor weight, Tensor? bias, ConvOptions options, Tensor y)
        : base(x, weight, bias, options) => _y = TensorMemory.Address(y);

    public int Pieces => Batch * PiecesPerClip;

    private int PiecesPerClip => (Length + StepsPerPiece - 1) / StepsPerPiece;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int blocks = (Channels + Lanes - 1) / Lanes, first = piece % PiecesPerClip * StepsPerPiece, end = Math.Min(Length, first + StepsPerPiece);
        long clip = (long)(piece / PiecesPerClip) * Length * Channels;
        using var scratch = new Scratch(blocks * Lanes * (Taps + 1));
        float* taps = scratch.Take(blocks * Lanes * Taps), bias = scratch.Take(blocks * Lanes);
        ChannelLanes.Pack(Weight, Channels, Taps, Lanes, taps);
        if (Bias is not null) ChannelLanes.Pack(Bias, Channels, 1, Lanes, bias);

        for (int step = first; step < end; step++)
        {
            for (int block = 0; block < blocks; block++)
            {
                int channel = block * Lanes, rest = Channels - channel;
                var y = Convolve((TElement*)X + clip + channel, step, taps + channel * Taps, TLanes.Load(bias + channel), rest);
                PartialVector.Store(Silu ? LaneMath.Silu(y) : y, (TElement*)_y + clip + Row(step) + channel, rest);
            }
        }
    }
}
