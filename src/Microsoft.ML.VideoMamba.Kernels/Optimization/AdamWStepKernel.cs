using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Optimization;

/// <summary>Moves parameters and moments, brings rounded copies and the moving average up to date and clears the gradients, chunk by chunk.</summary>
/// <param name="arguments">Factors and addresses.</param>
/// <param name="chunks">The chunks.</param>
/// <param name="norm">The norm of all gradients.</param>
internal sealed unsafe class AdamWStepKernel(AdamWArguments arguments, AdamWChunk[] chunks, float norm) : AdamWKernel(arguments, chunks), ISimdKernel
{
    private readonly float _clip = arguments.MaxNorm > 0 ? Math.Min(1, 1 / (norm + 1e-6f) * arguments.MaxNorm) : 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var (chunk, arguments) = (Chunks[piece], Arguments);
        long end = chunk.Start + chunk.Count;
        double rate = arguments.LearningRate * chunk.RateScale, decay = chunk.Decay <= 0 ? 0 : arguments.Decay >= 0 ? arguments.Decay : chunk.Decay;
        TLanes kept = TLanes.Broadcast((float)(1 - rate * decay)), size = TLanes.Broadcast((float)(-rate / arguments.Correction)), clip = TLanes.Broadcast(_clip);
        TLanes b1 = TLanes.Broadcast(arguments.B1), rest1 = TLanes.Broadcast(arguments.Rest1), b2 = TLanes.Broadcast(arguments.B2), rest2 = TLanes.Broadcast(arguments.Rest2);
        TLanes root = TLanes.Broadcast(1 / arguments.RootCorrection), epsilon = TLanes.Broadcast(arguments.Epsilon), zero = TLanes.Broadcast(0);
        TLanes averageDecay = TLanes.Broadcast(arguments.AverageDecay), averageRest = TLanes.Broadcast(arguments.AverageRest);
        float* values = (float*)arguments.P, gradients = (float*)arguments.G, first = (float*)arguments.M, second = (float*)arguments.V, average = (float*)arguments.Average;
        TElement* rounded = (TElement*)arguments.Rounded, roundedG = (TElement*)arguments.RoundedG;
        for (long at = chunk.Start; at < end; at += TLanes.Count)
        {
            int rest = (int)(end - at);
            var g = Gradient<TLanes, TElement>(at, rest) * clip;
            var m = TLanes.MultiplyAdd(rest1, g, b1 * TElement.LoadSingle<TLanes>(first + at, rest));
            var v = TLanes.MultiplyAdd(rest2 * g, g, b2 * TElement.LoadSingle<TLanes>(second + at, rest));
            var p = TLanes.MultiplyAdd(size, m / TLanes.MultiplyAdd(TLanes.Sqrt(v), root, epsilon), kept * TElement.LoadSingle<TLanes>(values + at, rest));
            TElement.StoreSingle(m, first + at, rest);
            TElement.StoreSingle(v, second + at, rest);
            TElement.StoreSingle(p, values + at, rest);
            TElement.StoreSingle(zero, gradients + at, rest);
            if (rounded is not null) TElement.Store(p, rounded + at, rest);
            if (roundedG is not null) TElement.Store(zero, roundedG + at, rest);
            if (average is null) continue;
            TElement.StoreSingle(TLanes.MultiplyAdd(averageRest, p, averageDecay * TElement.LoadSingle<TLanes>(average + at, rest)), average + at, rest);
        }
    }
}
