using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>A few steps' operands of one direction, in the order in which they are walked: small enough for the first cache.</summary>
internal unsafe ref struct ScanChunk
{
    private readonly ScanSize _size;
    private readonly float* _maps;
    private readonly float* _lowRankCopy;
    private float* _lowRank;
    private long _lowRankStride;

    /// <param name="size">The scan's sizes.</param>
    /// <param name="scratch">Working memory.</param>
    /// <param name="rank">The largest dt_rank of the directions.</param>
    public ScanChunk(ScanSize size, Scratch scratch, int rank)
    {
        _size = size;
        _maps = scratch.TakeZeroed(ScanSize.StepsPerChunk * size.MapWidth);
        _lowRankCopy = scratch.Take(ScanSize.StepsPerChunk * rank);
        U = scratch.Take(ScanSize.StepsPerChunk * size.Lanes);
        Delta = scratch.Take(ScanSize.StepsPerChunk * size.Lanes);
        DeltaU = scratch.Take(ScanSize.StepsPerChunk * size.Lanes);
    }

    /// <summary>The first step's B and C, (padded d_state), shared by all channels.</summary>
    public float* B { get; private set; }

    /// <inheritdoc cref="B"/>
    public float* C { get; private set; }

    /// <summary>From a step's B or C to the next one's.</summary>
    public long MapStride { get; private set; }

    /// <summary>Inputs of one block, (step, lane).</summary>
    public float* U { get; }

    /// <summary>Step sizes of one block, (step, lane).</summary>
    public float* Delta { get; }

    /// <summary>delta u of one block, (step, lane).</summary>
    public float* DeltaU { get; }

    /// <summary>Finds what all channels share; copies it where it is not as the loops want it, float32 and whole runs of states.</summary>
    public void Load<TElement>(ScanPass pass, int clip, int firstStep, int steps)
        where TElement : unmanaged, IElement<TElement>
    {
        long token = pass.Token(_size, clip, firstStep);
        if (pass.B.AreSingle && _size.States == _size.PaddedStates && pass.B.Stride == pass.C.Stride)
        {
            B = pass.B.Row<float>(token);
            C = pass.C.Row<float>(token);
            MapStride = pass.Stride * pass.B.Stride;
        }
        else
        {
            B = _maps;
            C = _maps + _size.PaddedStates;
            MapStride = _size.MapWidth;
            Widen<TElement>(pass.B, token, pass.Stride, steps, _size.States, B, MapStride);
            Widen<TElement>(pass.C, token, pass.Stride, steps, _size.States, C, MapStride);
        }

        if (pass.Rank == 0) return;
        if (pass.StepSizes.AreSingle)
        {
            _lowRank = pass.StepSizes.Row<float>(token);
            _lowRankStride = pass.Stride * pass.StepSizes.Stride;
        }
        else
        {
            _lowRank = _lowRankCopy;
            _lowRankStride = pass.Rank;
            Widen<TElement>(pass.StepSizes, token, pass.Stride, steps, pass.Rank, _lowRank, _lowRankStride);
        }
    }

    /// <summary>Writes a block's inputs to <see cref="U"/>; see <see cref="LoadStepSizes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void LoadInputs<TLanes, TElement>(ScanPass pass, int clip, int firstStep, int steps, int channel)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var source = pass.U.Row<TElement>(pass.Token(_size, clip, firstStep)) + channel;
        long stride = pass.Stride * pass.U.Stride;
        int rest = _size.Channels - channel;
        float* u = U;
        if (pass.Convolution is not null)
        {
            pass.Convolution.ConvolveBlock<TLanes, TElement, Float32Element>(source, stride, rest, firstStep, steps, channel, (Float32Element*)u, TLanes.Count);
            return;
        }

        for (int i = 0; i < steps; i++)
        {
            TLanes.Store(TElement.Load<TLanes>(source, rest), u + i * TLanes.Count);
            source += stride;
        }
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
        float* delta = Delta;
        if (pass.Rank > 0)
        {
            Project(_lowRank, _lowRankStride, pass.Projection + channel * pass.Rank, pass.Rank, steps, bias, delta);
            return;
        }

        var source = pass.StepSizes.Row<TElement>(pass.Token(_size, clip, firstStep)) + channel;
        long stride = pass.Stride * pass.StepSizes.Stride;
        int rest = _size.Channels - channel;
        for (int i = 0; i < steps; i++)
        {
            TLanes.Store(TElement.Load<TLanes>(source, rest) + bias, delta + i * TLanes.Count);
            source += stride;
        }
    }

    /// <summary>The product of the low-rank rows with one block's columns, four rows at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Project<TLanes>(float* row, long stride, float* columns, int rank, int steps, TLanes bias, float* delta)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int i = 0;
        for (; i <= steps - 4; i += 4, row += 4 * stride, delta += 4 * TLanes.Count)
        {
            TLanes d0 = bias, d1 = bias, d2 = bias, d3 = bias;
            float* row2 = row + 2 * stride;
            for (int r = 0; r < rank; r++)
            {
                var column = TLanes.Load(columns + r * TLanes.Count);
                d0 = TLanes.MultiplyAdd(column, row + r, d0);
                d1 = TLanes.MultiplyAdd(column, row + stride + r, d1);
                d2 = TLanes.MultiplyAdd(column, row2 + r, d2);
                d3 = TLanes.MultiplyAdd(column, row2 + stride + r, d3);
            }

            TLanes.Store(d0, delta);
            TLanes.Store(d1, delta + TLanes.Count);
            TLanes.Store(d2, delta + 2 * TLanes.Count);
            TLanes.Store(d3, delta + 3 * TLanes.Count);
        }

        for (; i < steps; i++, row += stride, delta += TLanes.Count)
        {
            var d = bias;
            for (int r = 0; r < rank; r++) d = TLanes.MultiplyAdd(TLanes.Load(columns + r * TLanes.Count), row + r, d);
            TLanes.Store(d, delta);
        }
    }

    private static void Widen<TElement>(TensorRows rows, long token, int step, int steps, int count, float* destination, long stride)
        where TElement : unmanaged, IElement<TElement>
    {
        for (int i = 0; i < steps; i++, token += step, destination += stride)
        {
            if (rows.AreSingle) ElementRow.Widen(rows.Row<Float32Element>(token), count, destination);
            else ElementRow.Widen(rows.Row<TElement>(token), count, destination);
        }
    }
}
