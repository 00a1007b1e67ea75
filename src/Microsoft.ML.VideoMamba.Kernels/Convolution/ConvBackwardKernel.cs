using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>
/// The convolution's gradients in one walk from the last step to the first, with what precedes the SiLU computed again. A piece is a group of channels
/// of one clip; the gradients of taps and bias get a partial sum for each clip.
/// </summary>
internal sealed unsafe class ConvBackwardKernel : ConvKernel, ISimdKernel
{
    private const int PieceWidth = 64;

    private readonly void* _dy;
    private readonly void* _dx;
    private readonly float* _dWeight;
    private readonly float* _dBias;

    /// <param name="x">What was convolved, (batch, length, channels).</param>
    /// <param name="weight">With which taps, (channels, width).</param>
    /// <param name="bias">The bias, or null.</param>
    /// <param name="options">How.</param>
    /// <param name="dy">Gradient of the outputs, contiguous.</param>
    /// <param name="dx">Receives the gradient of x.</param>
    /// <param name="dWeight">Receives each clip's share of the taps' gradient, (batch, channels, width).</param>
    /// <param name="dBias">Receives each clip's share of the bias's gradient, (batch, channels).</param>
    public ConvBackwardKernel(Tensor x, Tensor weight, Tensor? bias, ConvOptions options, Tensor dy, Tensor dx, Tensor dWeight, Tensor dBias)
        : base(x, weight, bias, options)
    {
        _dy = TensorMemory.Address(dy);
        _dx = TensorMemory.Address(dx);
        _dWeight = (float*)TensorMemory.Address(dWeight);
        _dBias = (float*)TensorMemory.Address(dBias);
    }

    public int Pieces => Batch * PiecesPerClip;

    private int PiecesPerClip => (Channels + PieceWidth - 1) / PieceWidth;

    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int clip = piece / PiecesPerClip, first = piece % PiecesPerClip * PieceWidth;
        int channels = Math.Min(PieceWidth, Channels - first), blocks = (channels + Lanes - 1) / Lanes;
        using var scratch = new Scratch(Lanes * (blocks * (2 * Taps + 2) + Taps));
        float* taps = scratch.Take(blocks * Lanes * Taps), dTaps = scratch.Take(blocks * Lanes * Taps);
        float* bias = scratch.Take(blocks * Lanes), dBias = scratch.Take(blocks * Lanes), ring = scratch.Take(Taps * Lanes);
        ChannelLanes.Pack(Weight + first * Taps, channels, Taps, Lanes, taps);
        if (Bias is not null) ChannelLanes.Pack(Bias + first, channels, 1, Lanes, bias);
        for (int block = 0; block < blocks; block++)
        {
            int channel = block * Lanes;
            long column = (long)clip * Length * Channels + first + channel;
            var sum = WalkBack<TLanes, TElement>(column, channels - channel, taps + channel * Taps, dTaps + channel * Taps, TLanes.Load(bias + channel), ring);
            TLanes.Store(sum, dBias + channel);
        }

        long at = (long)clip * Channels + first;
        ChannelLanes.Unpack(dTaps, channels, Taps, Lanes, _dWeight + at * Taps);
        ChannelLanes.Unpack(dBias, channels, 1, Lanes, _dBias + at);
    }

    /// <summary>Walks one block of channels; returns the bias's gradient.</summary>
    /// <param name="column">Offset of the clip's first token at the block's first channel.</param>
    /// <param name="rest">Number of channels from the block's first on.</param>
    /// <param name="taps">The block's taps, (tap, lane).</param>
    /// <param name="dTaps">Their gradient, zero before.</param>
    /// <param name="bias">The block's bias.</param>
    /// <param name="ring">Gradients of the last steps' sums before the SiLU, (step mod taps, lane).</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private TLanes WalkBack<TLanes, TElement>(long column, int rest, float* taps, float* dTaps, TLanes bias, float* ring)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var x = (TElement*)X + column;
        var dBias = TLanes.Broadcast(0);
        for (int step = Length - 1; step >= 0; step--)
        {
            var dSum = PartialVector.Load<TLanes, TElement>((TElement*)_dy + column + Row(step), rest);
            if (Silu)
            {
                var sum = Convolve(x, step, taps, bias, rest);
                dSum *= LaneMath.SiluDerivative(sum, LaneMath.Sigmoid(sum));
            }

            TLanes.Store(dSum, ring + step % Taps * TLanes.Count);
            dBias += dSum;
            var dx = TLanes.Broadcast(0);
            for (int lag = 0; lag < Taps; lag++)
            {
                float* tap = taps + (Taps - 1 - lag) * TLanes.Count, dTap = dTaps + (Taps - 1 - lag) * TLanes.Count;
                if (step + lag < Length) dx = TLanes.MultiplyAdd(TLanes.Load(ring + (step + lag) % Taps * TLanes.Count), TLanes.Load(tap), dx);
                if (step >= lag) TLanes.Store(TLanes.MultiplyAdd(dSum, PartialVector.Load<TLanes, TElement>(x + Row(step - lag), rest), TLanes.Load(dTap)), dTap);
            }

            PartialVector.Store(dx, (TElement*)_dx + column + Row(step), rest);
        }

        return dBias;
    }
}
