using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>
/// The gradients of the convolutions of one input, what precedes the SiLU computed again. A piece is a run of tokens of one clip, all channels and
/// directions; taps and bias get a partial sum for each piece.
/// </summary>
/// <param name="size">The sizes.</param>
/// <param name="x">What was convolved, (batch, length, channels).</param>
/// <param name="passes">The directions.</param>
/// <param name="gradients">Each direction's gradients.</param>
/// <param name="dx">Receives the gradient of x, the sum over the directions.</param>
internal sealed unsafe class ConvBackwardKernel(
    ConvSize size, TensorRows x, IReadOnlyList<ConvPass> passes, IReadOnlyList<ConvGradients> gradients, TensorRows dx) : ISimdKernel
{
    public int Pieces => size.Pieces;

    public int Channels => size.Channels;

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var (clip, first, end) = size.Piece(piece);
        using var scratch = Scratch.Rent();
        float* sums = scratch.Take(ConvSize.TokensPerPiece * size.Lanes);
        float* dTaps = scratch.Take(size.Blocks * ConvSize.Taps * size.Lanes * passes.Count), dBias = scratch.Take(size.Blocks * size.Lanes * passes.Count);
        for (int block = 0; block < size.Blocks; block++)
        {
            for (int p = 0; p < passes.Count; p++)
            {
                int at = p * size.Blocks + block;
                WalkBack<TLanes, TElement>(p, clip, first, end, block, dTaps + at * ConvSize.Taps * size.Lanes, dBias + at * size.Lanes, sums);
            }
        }

        for (int p = 0; p < passes.Count; p++)
        {
            long offset = (long)piece * size.Channels;
            ChannelLanes.Unpack(dTaps + p * size.Blocks * ConvSize.Taps * size.Lanes, size.Channels, ConvSize.Taps, ConvSize.Taps, size.Lanes, gradients[p].Taps + offset * ConvSize.Taps);
            ChannelLanes.Unpack(dBias + p * size.Blocks * size.Lanes, size.Channels, 1, 1, size.Lanes, gradients[p].Bias + offset);
        }
    }

    /// <summary>
    /// Walks one block of one direction from the piece's last step to its first, after the steps beyond that it reaches into. With s the sum ahead of the
    /// SiLU: ds_t = dy_t silu'(s_t), dx_t = sum_lag tap_(3 - lag) ds_(t + lag), dtap_k = sum_t ds_t x_(t - 3 + k).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void WalkBack<TLanes, TElement>(int p, int clip, int first, int end, int block, float* dTaps, float* dBias, float* sums)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var (pass, dy, y) = (passes[p], gradients[p].Y, gradients[p].Outputs);
        int w = TLanes.Count, channel = block * w, length = size.Length, rest = size.Channels - channel;
        bool silu = pass.Silu, reverse = pass.Direction == SequenceDirection.Reverse, begin = p == 0, finish = p == passes.Count - 1, write = y.Exist;
        int firstStep = reverse ? length - end : first, endStep = reverse ? length - first : end, beyond = Math.Min(length, endStep + ConvSize.Taps - 1);
        float* taps = pass.Taps + channel * ConvSize.Taps;
        TLanes t0 = TLanes.Load(taps), t1 = TLanes.Load(taps + w), t2 = TLanes.Load(taps + 2 * w), t3 = TLanes.Load(taps + 3 * w), bias = TLanes.Load(pass.Bias + channel);
        var zero = TLanes.Broadcast(0);
        TLanes d0 = zero, d1 = zero, d2 = zero, d3 = zero, sum = zero, ds1 = zero, ds2 = zero, ds3 = zero;
        long token = pass.Token(size, clip, beyond - 1), back = reverse ? 1 : -1, xStride = back * x.Stride, dyStride = back * dy.Stride, dxStride = back * dx.Stride, yStride = back * y.Stride;
        TElement* xSource = x.Row<TElement>(token) + channel, dySource = dy.Row<TElement>(token) + channel, dxDestination = dx.Row<TElement>(token) + channel;
        TElement* yDestination = y.Row<TElement>(token) + channel;
        float* sumsAt = sums + (token % length - first) * w;
        TLanes x3 = TElement.Load<TLanes>(xSource, rest);
        TLanes x2 = beyond > 1 ? TElement.Load<TLanes>(xSource + xStride, rest) : zero;
        TLanes x1 = beyond > 2 ? TElement.Load<TLanes>(xSource + 2 * xStride, rest) : zero;
        for (int step = beyond - 1; step >= firstStep; step--)
        {
            Cache.Prefetch(xSource + w);
            Cache.Prefetch(dySource + w);
            Cache.Prefetch(dxDestination + w);
            Cache.Prefetch(yDestination + w);
            var x0 = step >= 3 ? TElement.Load<TLanes>(xSource + 3 * xStride, rest) : zero;
            var ds = TElement.Load<TLanes>(dySource, rest);
            if (silu)
            {
                var s = TLanes.MultiplyAdd(x3, t3, TLanes.MultiplyAdd(x2, t2, TLanes.MultiplyAdd(x1, t1, TLanes.MultiplyAdd(x0, t0, bias))));
                var sigmoid = LaneMath.Sigmoid(s);
                ds *= LaneMath.SiluDerivative(s, sigmoid);
                if (write && step < endStep) TElement.Store(s * sigmoid, yDestination, rest);
            }

            if (step < endStep)
            {
                var dxi = TLanes.MultiplyAdd(ds3, t0, TLanes.MultiplyAdd(ds2, t1, TLanes.MultiplyAdd(ds1, t2, ds * t3)));
                if (!begin) dxi += TLanes.Load(sumsAt);
                if (finish) TElement.Store(dxi, dxDestination, rest);
                else TLanes.Store(dxi, sumsAt);
                d0 = TLanes.MultiplyAdd(ds, x0, d0);
                d1 = TLanes.MultiplyAdd(ds, x1, d1);
                d2 = TLanes.MultiplyAdd(ds, x2, d2);
                d3 = TLanes.MultiplyAdd(ds, x3, d3);
                sum += ds;
            }

            (ds3, ds2, ds1) = (ds2, ds1, ds);
            (x3, x2, x1) = (x2, x1, x0);
            xSource += xStride;
            dySource += dyStride;
            dxDestination += dxStride;
            yDestination += yStride;
            sumsAt += back * w;
        }

        TLanes.Store(d0, dTaps);
        TLanes.Store(d1, dTaps + w);
        TLanes.Store(d2, dTaps + 2 * w);
        TLanes.Store(d3, dTaps + 3 * w);
        TLanes.Store(sum, dBias);
    }
}
