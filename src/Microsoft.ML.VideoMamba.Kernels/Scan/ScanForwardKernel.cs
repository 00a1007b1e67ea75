using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using Microsoft.ML.VideoMamba.Kernels.Threading;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>
/// The scan's forward pass. A piece is some channels of one clip, all directions; it walks the sequence chunk by chunk: step sizes, softplus and skip, then the
/// recurrence with the states in registers, then the sum over the directions and the gate.
/// </summary>
internal sealed unsafe class ScanForwardKernel(ScanSize size, IReadOnlyList<ScanPass> passes, ScanOutputs outputs) : ISimdKernel
{
    private const int MostChannelsPerPiece = 64;
    private const int PiecesPerThread = 4;
    private const int MostAhead = 4;

    private readonly int _rank = passes.Max(pass => pass.Rank);

    /// <summary>Wide pieces share B and C and read whole cache lines; narrow ones keep all threads busy. Results do not depend on it.</summary>
    private readonly int _blocksPerPiece = Math.Max(1, Math.Clamp(size.Batch * size.Channels / (PiecesPerThread * ThreadTeam.Size), 1, MostChannelsPerPiece) / size.Lanes);

    public int Pieces => Cut.Count;

    public int Channels => size.Channels;

    private ClipPieces Cut => new(size.Batch, size.Blocks, _blocksPerPiece);

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var (clip, first, end) = Cut[piece];
        using var scratch = Scratch.Rent();
        float* states = scratch.Take((end - first) * size.StateSize), y = scratch.Take(ScanSize.StepsPerChunk * size.Lanes);
        var chunk = new ScanChunk(size, scratch, _rank);
        var ahead = stackalloc RowsAhead[MostAhead];
        for (int p = 0; p < passes.Count; p++)
        {
            var pass = passes[p];
            LoadStates(pass.InitialState, clip, first, end, states);
            for (int firstStep = 0; firstStep < size.Length; firstStep += ScanSize.StepsPerChunk)
            {
                int steps = Math.Min(ScanSize.StepsPerChunk, size.Length - firstStep);
                if (outputs.Checkpoints is { } checkpoints) Keep(checkpoints[p], clip, firstStep / ScanSize.StepsPerChunk, first, end, states);
                chunk.Load<TElement>(pass, clip, firstStep, steps);
                for (int block = first; block < end; block++)
                {
                    float* state = states + (block - first) * size.StateSize;
                    LookAhead(ahead, p, clip, firstStep, block * size.Lanes, y);
                    if (Prepare<TLanes, TElement>(ref chunk, pass, clip, firstStep, steps, block * size.Lanes, y)) Advance<TLanes, TElement, SmallExponents>(ref chunk, pass, steps, block, state, y, ahead);
                    else Advance<TLanes, TElement, AnyExponents>(ref chunk, pass, steps, block, state, y, ahead);
                    Finish<TLanes, TElement>(p, clip, firstStep, steps, block * size.Lanes, y);
                }
            }

            if (outputs.LastStates is { } lastStates) StoreStates(states, clip, first, end, lastStates[p]);
        }
    }

    /// <summary>Step sizes after their softplus, delta u, and D u as what the outputs start from. Returns whether all exponents are in range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private bool Prepare<TLanes, TElement>(ref ScanChunk chunk, ScanPass pass, int clip, int firstStep, int steps, int channel, float* y)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        bool computed = pass.Convolution is not null;
        if (computed) chunk.LoadInputs<TLanes, TElement>(pass, clip, firstStep, steps, channel);
        chunk.LoadStepSizes<TLanes, TElement>(pass, clip, firstStep, steps, channel);
        var source = pass.U.Row<TElement>(pass.Token(size, clip, firstStep)) + channel;
        long stride = pass.Stride * pass.U.Stride;
        int rest = size.Channels - channel;
        TLanes skip = TLanes.Load(pass.Skip + channel), largest = TLanes.Broadcast(0);
        bool softplus = pass.Softplus;
        float* inputs = chunk.U, deltas = chunk.Delta, deltaU = chunk.DeltaU;
        for (int at = 0; at < steps * TLanes.Count; at += TLanes.Count, source += stride)
        {
            var u = computed ? TLanes.Load(inputs + at) : TElement.Load<TLanes>(source, rest);
            var delta = TLanes.Load(deltas + at);
            if (softplus) delta = LaneMath.Softplus<TLanes, TElement>(delta);
            largest = TLanes.Max(largest, TLanes.Abs(delta));
            TLanes.Store(delta, deltas + at);
            TLanes.Store(delta * u, deltaU + at);
            TLanes.Store(skip * u, y + at);
        }

        return !TLanes.AnyAbove(largest, TLanes.Load(pass.LargestStep + channel));
    }

    /// <summary>What <see cref="Finish"/> touches after the recurrence, and what the next chunk of these channels starts with; the rest is in the caches already.</summary>
    private void LookAhead(RowsAhead* ahead, int p, int clip, int firstStep, int channel, float* hot)
    {
        var pass = passes[p];
        long here = pass.Token(size, clip, firstStep), next = pass.Token(size, clip, firstStep + ScanSize.StepsPerChunk);
        bool last = p == passes.Count - 1, keep = outputs.Sums.Exist;
        int count = 0;
        Add(pass.U, next);
        Add(keep ? outputs.Sums : outputs.Y, here);
        if (last && outputs.Gate.Exist) Add(outputs.Gate, here);
        if (last && keep) Add(outputs.Y, here);
        if (pass.Rank == 0 && count < MostAhead) Add(pass.StepSizes, next);
        while (count < MostAhead) ahead[count++] = new RowsAhead(hot, 0);

        void Add(TensorRows rows, long token) => ahead[count++] = rows.Ahead(token, channel, pass.Stride);
    }

    private void Advance<TLanes, TElement, TExponents>(ref ScanChunk chunk, ScanPass pass, int steps, int block, float* state, float* y, RowsAhead* ahead)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
        where TExponents : IExponents
    {
        for (int n = 0; n < size.PaddedStates; n += ScanSteps.StatesPerRun)
        {
            int at = n * TLanes.Count;
            var rows = ahead + 2 * n / ScanSteps.StatesPerRun % MostAhead;
            ScanSteps.Advance<TLanes, TElement, TExponents>(
                steps, pass.Rate + block * size.StateSize + at, state + at, chunk.Delta, chunk.DeltaU, chunk.B + n, chunk.C + n, chunk.MapStride, y, rows[0], rows[1]);
        }
    }

    /// <summary>Adds what the directions before gave; after the last one gates and writes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Finish<TLanes, TElement>(int p, int clip, int firstStep, int steps, int channel, float* y)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int rest = size.Channels - channel;
        bool last = p == passes.Count - 1, gated = outputs.Gate.Exist, keep = outputs.Sums.Exist;
        var (sums, gates) = (keep ? outputs.Sums : outputs.Y, outputs.Gate);
        long token = passes[p].Token(size, clip, firstStep), step = passes[p].Stride;
        float* sum = sums.Row<float>(token) + channel;
        TElement* gate = gates.Row<TElement>(token) + channel, destination = outputs.Y.Row<TElement>(token) + channel;
        long sumStride = step * sums.Stride, gateStride = step * gates.Stride, stride = step * outputs.Y.Stride;
        for (int at = 0; at < steps * TLanes.Count; at += TLanes.Count)
        {
            var value = TLanes.Load(y + at);
            if (p > 0) value += TElement.LoadSingle<TLanes>(sum, rest);
            if (keep || !last) TElement.StoreSingle(value, sum, rest);
            if (last)
            {
                if (gated) value *= LaneMath.Silu<TLanes, TElement>(TElement.Load<TLanes>(gate, rest));
                TElement.Store(value, destination, rest);
            }

            sum += sumStride;
            gate += gateStride;
            destination += stride;
        }
    }

    private void LoadStates(float* from, int clip, int first, int end, float* states)
    {
        new Span<float>(states, (end - first) * size.StateSize).Clear();
        if (from is null) return;
        var (offset, channels) = ChannelsOf(clip, first, end);
        ChannelLanes.Pack(from + offset * size.States, channels, size.States, size.PaddedStates, size.Lanes, states);
    }

    private void StoreStates(float* states, int clip, int first, int end, float* to)
    {
        var (offset, channels) = ChannelsOf(clip, first, end);
        ChannelLanes.Unpack(states, channels, size.States, size.PaddedStates, size.Lanes, to + offset * size.States);
    }

    private void Keep(float* checkpoints, int clip, int chunk, int first, int end, float* states)
    {
        float* kept = checkpoints + (((long)clip * size.Chunks + chunk) * size.Blocks + first) * size.StateSize;
        Unsafe.CopyBlock(kept, states, checked((uint)((end - first) * size.StateSize * sizeof(float))));
    }

    private (long Offset, int Channels) ChannelsOf(int clip, int first, int end) =>
        ((long)clip * size.Channels + first * size.Lanes, Math.Min(end * size.Lanes, size.Channels) - first * size.Lanes);
}
