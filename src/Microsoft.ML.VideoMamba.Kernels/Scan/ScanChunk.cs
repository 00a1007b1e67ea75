using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>A few steps' operands of one direction, in the order in which they are walked: small enough for the first cache.</summary>
internal readonly unsafe struct ScanChunk
{
    private readonly ScanSize _size;
    private readonly float* _lowRank;

    public ScanChunk(ScanSize size, Scratch scratch, int rank)
    {
        _size = size;
        _lowRank = scratch.Take(ScanSize.StepsPerChunk * rank);
        Maps = scratch.TakeZeroed(ScanSize.StepsPerChunk * size.MapWidth);
        Delta = scratch.Take(ScanSize.StepsPerChunk * size.Lanes);
        DeltaU = scratch.Take(ScanSize.StepsPerChunk * size.Lanes);
    }

    /// <summary>B and C, (step, B | C), shared by all channels.</summary>
    public float* Maps { get; }

    /// <summary>Step sizes of one block, (step, lane).</summary>
    public float* Delta { get; }

    /// <summary>delta u of one block, (step, lane).</summary>
    public float* DeltaU { get; }

    /// <summary>Loads what all channels share.</summary>
    public void Load<TElement>(ScanPass pass, int clip, int firstStep, int steps)
        where TElement : unmanaged, IElement<TElement>
    {
        pass.LoadMaps<TElement>(_size, clip, firstStep, steps, Maps);
        if (pass.Rank > 0) pass.LoadLowRank<TElement>(_size, clip, firstStep, steps, _lowRank);
    }

    /// <summary>Writes a block's step sizes before their softplus, the bias added, to <see cref="Delta"/>.</summary>
    /// <param name="pass">The direction.</param>
    /// <param name="clip">The clip.</param>
    /// <param name="firstStep">The chunk's first step.</param>
    /// <param name="steps">Number of steps.</param>
    /// <param name="channel">The block's first channel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void LoadStepSizes<TLanes, TElement>(ScanPass pass, int clip, int firstStep, int steps, int channel)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var bias = TLanes.Load(pass.Bias + channel);
        if (pass.Rank > 0)
        {
            Project(pass.Projection + channel * pass.Rank, pass.Rank, steps, bias);
            return;
        }

        var source = pass.StepSizes.Row<TElement>(pass.Token(_size, clip, firstStep)) + channel;
        long stride = pass.Stride * pass.StepSizes.Stride;
        int rest = _size.Channels - channel;
        for (int i = 0; i < steps; i++)
        {
            Cache.Prefetch(source + ScanSize.StepsPerChunk * stride);
            TLanes.Store(TElement.Load<TLanes>(source, rest) + bias, Delta + i * TLanes.Count);
            source += stride;
        }
    }

    /// <summary>The product of the low-rank rows with one block's columns, four rows at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Project<TLanes>(float* columns, int rank, int steps, TLanes bias)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int i = 0; i < steps; i += 4)
        {
            float* row = _lowRank + i * rank, delta = Delta + i * TLanes.Count;
            TLanes d0 = bias, d1 = bias, d2 = bias, d3 = bias;
            for (int r = 0; r < rank; r++)
            {
                var column = TLanes.Load(columns + r * TLanes.Count);
                d0 = TLanes.MultiplyAdd(column, row + r, d0);
                d1 = TLanes.MultiplyAdd(column, row + rank + r, d1);
                d2 = TLanes.MultiplyAdd(column, row + 2 * rank + r, d2);
                d3 = TLanes.MultiplyAdd(column, row + 3 * rank + r, d3);
            }

            TLanes.Store(d0, delta);
            TLanes.Store(d1, delta + TLanes.Count);
            TLanes.Store(d2, delta + 2 * TLanes.Count);
            TLanes.Store(d3, delta + 3 * TLanes.Count);
        }
    }
}
