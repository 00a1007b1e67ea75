using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The convolutions of one input with bias and SiLU, in one or both directions. A piece is a run of steps of one clip, all channels.</summary>
/// <param name="size">The sizes.</param>
/// <param name="x">Inputs, (batch, length, channels).</param>
/// <param name="passes">The directions.</param>
/// <param name="y">Receives each direction's outputs, (batch, length, channels).</param>
internal sealed unsafe class ConvForwardKernel(ConvSize size, TensorRows x, IReadOnlyList<ConvPass> passes, IReadOnlyList<TensorRows> y) : ISimdKernel
{
    public int Pieces => size.Pieces * passes.Count;

    public int Channels => size.Channels;

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int p = piece % passes.Count, clip = piece / passes.Count / size.PiecesPerClip, first = piece / passes.Count % size.PiecesPerClip * ConvSize.TokensPerPiece;
        int end = Math.Min(size.Length, first + ConvSize.TokensPerPiece);
        using var scratch = Scratch.Rent();
        var outside = (TElement*)scratch.TakeZeroed(size.Channels);
        for (int step = first; step < end; step++)
        {
            long token = passes[p].Token(size, clip, step), before = passes[p].Direction == SequenceDirection.Reverse ? 1 : -1;
            var x0 = step >= 3 ? x.Row<TElement>(token + 3 * before) : outside;
            var x1 = step >= 2 ? x.Row<TElement>(token + 2 * before) : outside;
            var x2 = step >= 1 ? x.Row<TElement>(token + before) : outside;
            Convolve<TLanes, TElement>(passes[p], x0, x1, x2, x.Row<TElement>(token), y[p].Row<TElement>(token));
        }
    }

    /// <summary>One token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Convolve<TLanes, TElement>(ConvPass pass, TElement* x0, TElement* x1, TElement* x2, TElement* x3, TElement* destination)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int w = TLanes.Count, channels = size.Channels;
        float* taps = pass.Taps, bias = pass.Bias;
        bool silu = pass.Silu;
        for (int channel = 0; channel < channels; channel += w, taps += ConvSize.Taps * w)
        {
            int rest = channels - channel;
            var sum = TLanes.MultiplyAdd(TElement.Load<TLanes>(x0 + channel, rest), TLanes.Load(taps), TLanes.Load(bias + channel));
            sum = TLanes.MultiplyAdd(TElement.Load<TLanes>(x1 + channel, rest), TLanes.Load(taps + w), sum);
            sum = TLanes.MultiplyAdd(TElement.Load<TLanes>(x2 + channel, rest), TLanes.Load(taps + 2 * w), sum);
            sum = TLanes.MultiplyAdd(TElement.Load<TLanes>(x3 + channel, rest), TLanes.Load(taps + 3 * w), sum);
            TElement.Store(silu ? LaneMath.Silu(sum) : sum, destination + channel, rest);
        }
    }
}
