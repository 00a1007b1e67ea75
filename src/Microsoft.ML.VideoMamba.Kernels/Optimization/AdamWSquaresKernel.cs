using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Optimization;

/// <summary>Each chunk's sum of squared gradients.</summary>
/// <param name="arguments">Factors and addresses.</param>
/// <param name="chunks">The chunks.</param>
/// <param name="squares">Receives a sum for each chunk.</param>
internal sealed unsafe class AdamWSquaresKernel(AdamWArguments arguments, AdamWChunk[] chunks, double[] squares) : AdamWKernel(arguments, chunks), ISimdKernel
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        long start = Chunks[piece].Start, end = start + Chunks[piece].Count;
        var sum = TLanes.Broadcast(0);
        for (long at = start; at < end; at += TLanes.Count)
        {
            var g = Gradient<TLanes, TElement>(at, (int)(end - at));
            sum = TLanes.MultiplyAdd(g, g, sum);
        }

        squares[piece] = TLanes.Sum(sum);
    }
}
