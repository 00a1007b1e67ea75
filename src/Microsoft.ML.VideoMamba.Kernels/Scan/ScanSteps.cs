using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>
/// The scan's innermost loops: eight states of one block of channels, held in registers over a chunk of steps, in the order in which they are walked.
/// </summary>
/// <remarks>
/// h_t = a_t h_(t-1) + (delta_t u_t) B_t with a_t = 2^(delta_t rate), rate = A log2(e), the exponential as a scale s and an excess q over 1. Vectors lie
/// (step, lane) or (step, state, lane), B and C as numbers (step, state). <see cref="IExponents"/> says how large the exponents are. Written out state by state, and every value a local of its own: only so do they stay
/// in registers.
/// </remarks>
internal static unsafe class ScanSteps
{
    public const int StatesPerRun = 8;

    /// <summary>Takes the states through a chunk and adds C h to y; exponentials are as good as the elements around it.</summary>
    /// <param name="steps">Number of steps.</param>
    /// <param name="rate">(state, lane).</param>
    /// <param name="state">The states before the chunk, then after it, (state, lane).</param>
    /// <param name="delta">Step sizes, (step, lane).</param>
    /// <param name="deltaU">delta u, (step, lane).</param>
    /// <param name="b">B of the first of these states, rows of <paramref name="mapStride"/>.</param>
    /// <param name="c">C of the first of these states, rows of <paramref name="mapStride"/>.</param>
    /// <param name="mapStride">From a step's B to the next one's.</param>
    /// <param name="y">(step, lane).</param>
    /// <param name="ahead">Asked for, a row a step.</param>
    /// <param name="alsoAhead">Asked for likewise.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Advance<TLanes, TElement, TExponents>(
        int steps, float* rate, float* state, float* delta, float* deltaU, float* b, float* c, long mapStride, float* y, RowsAhead ahead, RowsAhead alsoAhead)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
        where TExponents : IExponents
    {
        int w = TLanes.Count;
        float* k = Exp2Constants<TLanes>.Start;
        TLanes k0 = TLanes.Load(k), k1 = TLanes.Load(k + w), k2 = TLanes.Load(k + 2 * w), k3 = TLanes.Load(k + 3 * w), k4 = TLanes.Load(k + 4 * w);
        TLanes h0 = TLanes.Load(state), h1 = TLanes.Load(state + w), h2 = TLanes.Load(state + 2 * w), h3 = TLanes.Load(state + 3 * w);
        TLanes h4 = TLanes.Load(state + 4 * w), h5 = TLanes.Load(state + 5 * w), h6 = TLanes.Load(state + 6 * w), h7 = TLanes.Load(state + 7 * w);
        for (int i = 0; i < steps; i++)
        {
            ahead.Prefetch();
            alsoAhead.Prefetch();
            TLanes d = TLanes.Load(delta), du = TLanes.Load(deltaU), sum = TLanes.Load(y);
            Step<TLanes, TElement, TExponents>(ref h0, ref sum, d, du, rate, b, c, k0, k1, k2, k3, k4);
            Step<TLanes, TElement, TExponents>(ref h1, ref sum, d, du, rate + w, b + 1, c + 1, k0, k1, k2, k3, k4);
            Step<TLanes, TElement, TExponents>(ref h2, ref sum, d, du, rate + 2 * w, b + 2, c + 2, k0, k1, k2, k3, k4);
            Step<TLanes, TElement, TExponents>(ref h3, ref sum, d, du, rate + 3 * w, b + 3, c + 3, k0, k1, k2, k3, k4);
            Step<TLanes, TElement, TExponents>(ref h4, ref sum, d, du, rate + 4 * w, b + 4, c + 4, k0, k1, k2, k3, k4);
            Step<TLanes, TElement, TExponents>(ref h5, ref sum, d, du, rate + 5 * w, b + 5, c + 5, k0, k1, k2, k3, k4);
            Step<TLanes, TElement, TExponents>(ref h6, ref sum, d, du, rate + 6 * w, b + 6, c + 6, k0, k1, k2, k3, k4);
            Step<TLanes, TElement, TExponents>(ref h7, ref sum, d, du, rate + 7 * w, b + 7, c + 7, k0, k1, k2, k3, k4);
            TLanes.Store(sum, y);
            delta += w;
            deltaU += w;
            y += w;
            b += mapStride;
            c += mapStride;
        }

        StoreEight(state, h0, h1, h2, h3, h4, h5, h6, h7);
    }

    /// <summary>Takes the states through a chunk and keeps all that the way back needs.</summary>
    /// <param name="steps">Number of steps.</param>
    /// <param name="rate">(state, lane).</param>
    /// <param name="states">The states before the first step, then after each, (step + 1, 8, lane).</param>
    /// <param name="factors">a, (step, 8, lane).</param>
    /// <param name="delta">Step sizes, (step, lane).</param>
    /// <param name="deltaU">delta u, (step, lane).</param>
    /// <param name="b">B of the first of these states, rows of <paramref name="mapStride"/>.</param>
    /// <param name="mapStride">From a step's B to the next one's.</param>
    /// <param name="ahead">Asked for, a row a step.</param>
    /// <param name="alsoAhead">Asked for likewise.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Replay<TLanes, TExponents>(
        int steps, float* rate, float* states, float* factors, float* delta, float* deltaU, float* b, long mapStride, RowsAhead ahead, RowsAhead alsoAhead)
        where TLanes : unmanaged, ILanes<TLanes>
        where TExponents : IExponents
    {
        int w = TLanes.Count;
        float* k = Exp2Constants<TLanes>.Start;
        TLanes k0 = TLanes.Load(k), k1 = TLanes.Load(k + w), k2 = TLanes.Load(k + 2 * w), k3 = TLanes.Load(k + 3 * w), k4 = TLanes.Load(k + 4 * w);
        TLanes h0 = TLanes.Load(states), h1 = TLanes.Load(states + w), h2 = TLanes.Load(states + 2 * w), h3 = TLanes.Load(states + 3 * w);
        TLanes h4 = TLanes.Load(states + 4 * w), h5 = TLanes.Load(states + 5 * w), h6 = TLanes.Load(states + 6 * w), h7 = TLanes.Load(states + 7 * w);
        for (int i = 0; i < steps; i++)
        {
            states += StatesPerRun * w;
            ahead.Prefetch();
            alsoAhead.Prefetch();
            TLanes d = TLanes.Load(delta), du = TLanes.Load(deltaU);
            StepAndKeep<TLanes, TExponents>(ref h0, d, du, rate, b, states, factors, k0, k1, k2, k3, k4);
            StepAndKeep<TLanes, TExponents>(ref h1, d, du, rate + w, b + 1, states + w, factors + w, k0, k1, k2, k3, k4);
            StepAndKeep<TLanes, TExponents>(ref h2, d, du, rate + 2 * w, b + 2, states + 2 * w, factors + 2 * w, k0, k1, k2, k3, k4);
            StepAndKeep<TLanes, TExponents>(ref h3, d, du, rate + 3 * w, b + 3, states + 3 * w, factors + 3 * w, k0, k1, k2, k3, k4);
            StepAndKeep<TLanes, TExponents>(ref h4, d, du, rate + 4 * w, b + 4, states + 4 * w, factors + 4 * w, k0, k1, k2, k3, k4);
            StepAndKeep<TLanes, TExponents>(ref h5, d, du, rate + 5 * w, b + 5, states + 5 * w, factors + 5 * w, k0, k1, k2, k3, k4);
            StepAndKeep<TLanes, TExponents>(ref h6, d, du, rate + 6 * w, b + 6, states + 6 * w, factors + 6 * w, k0, k1, k2, k3, k4);
            StepAndKeep<TLanes, TExponents>(ref h7, d, du, rate + 7 * w, b + 7, states + 7 * w, factors + 7 * w, k0, k1, k2, k3, k4);
            delta += w;
            deltaU += w;
            b += mapStride;
            factors += StatesPerRun * w;
        }
    }

    /// <summary>
    /// Walks a chunk from its last step to its first. With g_t the gradient of h_t: g_t += C_t dy_t, dC_t = dy_t h_t, d(delta_t u_t) = g_t B_t,
    /// dB_t = g_t delta_t u_t, d(delta_t A) = g_t a_t h_(t-1), g_(t-1) = a_t g_t.
    /// </summary>
    /// <param name="steps">Number of steps.</param>
    /// <param name="rate">(state, lane).</param>
    /// <param name="states">What <see cref="Replay"/> kept.</param>
    /// <param name="factors">What <see cref="Replay"/> kept.</param>
    /// <param name="delta">Step sizes, (step, lane).</param>
    /// <param name="deltaU">delta u, (step, lane).</param>
    /// <param name="dy">Gradient of C h, (step, lane).</param>
    /// <param name="b">B of the first of these states, rows of <paramref name="mapStride"/>.</param>
    /// <param name="c">C of the first of these states, rows of <paramref name="mapStride"/>.</param>
    /// <param name="mapStride">From a step's B to the next one's.</param>
    /// <param name="dState">Gradient of the states after the chunk, then before it, (state, lane).</param>
    /// <param name="dA">Gradient of A, added to, (state, lane).</param>
    /// <param name="dB">Gradient of B, folded, added to, (step, state, folded lane).</param>
    /// <param name="dC">Gradient of C likewise, (step, state, folded lane).</param>
    /// <param name="gradientStride">From a step's dB to the next one's.</param>
    /// <param name="dDeltaU">Gradient of delta u, added to, (step, lane).</param>
    /// <param name="dExponent">Gradient of the exponents times their rates, added to, (step, lane).</param>
    /// <param name="ahead">Asked for, a row a step.</param>
    /// <param name="alsoAhead">Asked for likewise.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void WalkBack<TLanes>(
        int steps, float* rate, float* states, float* factors, float* delta, float* deltaU, float* dy, float* b, float* c, long mapStride,
        float* dState, float* dA, float* dB, float* dC, int gradientStride, float* dDeltaU, float* dExponent, RowsAhead ahead, RowsAhead alsoAhead)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int w = TLanes.Count;
        TLanes g0 = TLanes.Load(dState), g1 = TLanes.Load(dState + w), g2 = TLanes.Load(dState + 2 * w), g3 = TLanes.Load(dState + 3 * w);
        TLanes g4 = TLanes.Load(dState + 4 * w), g5 = TLanes.Load(dState + 5 * w), g6 = TLanes.Load(dState + 6 * w), g7 = TLanes.Load(dState + 7 * w);
        TLanes s0 = TLanes.Load(dA), s1 = TLanes.Load(dA + w), s2 = TLanes.Load(dA + 2 * w), s3 = TLanes.Load(dA + 3 * w);
        TLanes s4 = TLanes.Load(dA + 4 * w), s5 = TLanes.Load(dA + 5 * w), s6 = TLanes.Load(dA + 6 * w), s7 = TLanes.Load(dA + 7 * w);
        for (int i = steps - 1; i >= 0; i--)
        {
            ahead.Prefetch();
            alsoAhead.Prefetch();
            float* before = states + i * StatesPerRun * w, factor = factors + i * StatesPerRun * w, after = before + StatesPerRun * w;
            float* bi = b + i * mapStride, ci = c + i * mapStride, dBi = dB + i * gradientStride, dCi = dC + i * gradientStride;
            TLanes d = TLanes.Load(delta + i * w), du = TLanes.Load(deltaU + i * w), dyi = TLanes.Load(dy + i * w);
            TLanes dDu = TLanes.Load(dDeltaU + i * w), dE = TLanes.Load(dExponent + i * w);
            StepBack(ref g0, ref s0, ref dDu, ref dE, d, du, dyi, rate, before, after, factor, bi, ci, out var dB0, out var dC0);
            StepBack(ref g1, ref s1, ref dDu, ref dE, d, du, dyi, rate + w, before + w, after + w, factor + w, bi + 1, ci + 1, out var dB1, out var dC1);
            StepBack(ref g2, ref s2, ref dDu, ref dE, d, du, dyi, rate + 2 * w, before + 2 * w, after + 2 * w, factor + 2 * w, bi + 2, ci + 2, out var dB2, out var dC2);
            StepBack(ref g3, ref s3, ref dDu, ref dE, d, du, dyi, rate + 3 * w, before + 3 * w, after + 3 * w, factor + 3 * w, bi + 3, ci + 3, out var dB3, out var dC3);
            TLanes.AddFolded(dB0, dB1, dB2, dB3, dBi);
            TLanes.AddFolded(dC0, dC1, dC2, dC3, dCi);
            StepBack(ref g4, ref s4, ref dDu, ref dE, d, du, dyi, rate + 4 * w, before + 4 * w, after + 4 * w, factor + 4 * w, bi + 4, ci + 4, out var dB4, out var dC4);
            StepBack(ref g5, ref s5, ref dDu, ref dE, d, du, dyi, rate + 5 * w, before + 5 * w, after + 5 * w, factor + 5 * w, bi + 5, ci + 5, out var dB5, out var dC5);
            StepBack(ref g6, ref s6, ref dDu, ref dE, d, du, dyi, rate + 6 * w, before + 6 * w, after + 6 * w, factor + 6 * w, bi + 6, ci + 6, out var dB6, out var dC6);
            StepBack(ref g7, ref s7, ref dDu, ref dE, d, du, dyi, rate + 7 * w, before + 7 * w, after + 7 * w, factor + 7 * w, bi + 7, ci + 7, out var dB7, out var dC7);
            TLanes.AddFolded(dB4, dB5, dB6, dB7, dBi + 4 * LaneMath.FoldedLanes);
            TLanes.AddFolded(dC4, dC5, dC6, dC7, dCi + 4 * LaneMath.FoldedLanes);
            TLanes.Store(dDu, dDeltaU + i * w);
            TLanes.Store(dE, dExponent + i * w);
        }

        StoreEight(dState, g0, g1, g2, g3, g4, g5, g6, g7);
        StoreEight(dA, s0, s1, s2, s3, s4, s5, s6, s7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TLanes, TElement, TExponents>(
        ref TLanes h, ref TLanes sum, TLanes d, TLanes du, float* rate, float* b, float* c, TLanes k0, TLanes k1, TLanes k2, TLanes k3, TLanes k4)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
        where TExponents : IExponents
    {
        var exponent = TExponents.Limit(d * TLanes.Load(rate));
        var (scale, excess) = TElement.IsSingle ? TLanes.Exp2Parts(exponent, k0, k1, k2, k3, k4) : TLanes.CoarseExp2Parts(exponent, k0, k1, k2, k3, k4);
        var scaled = scale * h;
        h = TLanes.MultiplyAdd(scaled, excess, TLanes.MultiplyAdd(du, b, scaled));
        sum = TLanes.MultiplyAdd(h, c, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StepAndKeep<TLanes, TExponents>(
        ref TLanes h, TLanes d, TLanes du, float* rate, float* b, float* state, float* factor, TLanes k0, TLanes k1, TLanes k2, TLanes k3, TLanes k4)
        where TLanes : unmanaged, ILanes<TLanes>
        where TExponents : IExponents
    {
        var (scale, excess) = TLanes.Exp2Parts(TExponents.Limit(d * TLanes.Load(rate)), k0, k1, k2, k3, k4);
        var a = TLanes.MultiplyAdd(scale, excess, scale);
        TLanes.Store(a, factor);
        h = TLanes.MultiplyAdd(du, b, a * h);
        TLanes.Store(h, state);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StepBack<TLanes>(
        ref TLanes g, ref TLanes dA, ref TLanes dDeltaU, ref TLanes dExponent, TLanes d, TLanes du, TLanes dy, float* rate,
        float* before, float* after, float* factor, float* b, float* c, out TLanes dB, out TLanes dC)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        dC = dy * TLanes.Load(after);
        var reached = TLanes.MultiplyAdd(dy, c, g);
        dB = reached * du;
        dDeltaU = TLanes.MultiplyAdd(reached, b, dDeltaU);
        g = reached * TLanes.Load(factor);
        var dPower = g * TLanes.Load(before);
        dExponent = TLanes.MultiplyAdd(dPower, TLanes.Load(rate), dExponent);
        dA = TLanes.MultiplyAdd(dPower, d, dA);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreEight<TLanes>(float* to, TLanes v0, TLanes v1, TLanes v2, TLanes v3, TLanes v4, TLanes v5, TLanes v6, TLanes v7)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int w = TLanes.Count;
        TLanes.Store(v0, to);
        TLanes.Store(v1, to + w);
        TLanes.Store(v2, to + 2 * w);
        TLanes.Store(v3, to + 3 * w);
        TLanes.Store(v4, to + 4 * w);
        TLanes.Store(v5, to + 5 * w);
        TLanes.Store(v6, to + 6 * w);
        TLanes.Store(v7, to + 7 * w);
    }
}
