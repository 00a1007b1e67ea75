using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Optimization;

/// <summary>What both passes of the CPU's AdamW share: a piece is a chunk; symbols as in adamw.cu.</summary>
/// <param name="arguments">Factors, and addresses in main memory.</param>
/// <param name="chunks">The chunks.</param>
internal abstract unsafe class AdamWKernel(AdamWArguments arguments, AdamWChunk[] chunks)
{
    private readonly float* _g = (float*)arguments.G;
    private readonly void* _rounded = (void*)arguments.RoundedG;
    private readonly float _scale = arguments.Scale;

    public int Pieces => Chunks.Length;

    /// <summary>What all chunks are whole vectors of.</summary>
    public int Channels { get; } = chunks.Min(chunk => 1 << BitOperations.TrailingZeroCount(chunk.Count));

    protected AdamWArguments Arguments { get; } = arguments;

    protected AdamWChunk[] Chunks { get; } = chunks;

    /// <summary>Gradients before clipping, those of the rounded copies taken in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected TLanes Gradient<TLanes, TElement>(long at, int rest)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var g = TElement.LoadSingle<TLanes>(_g + at, rest);
        if (_rounded is not null) g += TElement.Load<TLanes>((TElement*)_rounded + at, rest);
        return g * TLanes.Broadcast(_scale);
    }
}
