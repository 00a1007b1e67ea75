using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>
/// The scan's backward pass: chunk by chunk from the last to the first, each computed again from its kept state, then walked backwards. A piece is some
/// channels of one clip in one direction; its width is fixed, so that sums over channels do not depend on the number of threads.
/// </summary>
internal sealed unsafe class ScanBackwardKernel(ScanSize size, IReadOnlyList<ScanPass> passes, ScanBackwardInputs inputs, IReadOnlyList<ScanGradients> gradients) : ISimdKernel
{
    private const int ChannelsPerPiece = 64;
    private const int MostAhead = 8;
    private const int AheadPerRun = 4;

    public int Pieces => size.Batch * passes.Count * PiecesPerClip(size);

    public int Channels => size.Channels;

    /// <summary>The number of partial sums over channels that B and C get.</summary>
    public static int PiecesPerClip(ScanSize size) => (size.Channels + ChannelsPerPiece - 1) / ChannelsPerPiece;

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int part = piece % PiecesPerClip(size), p = piece / PiecesPerClip(size) % passes.Count, clip = piece / PiecesPerClip(size) / passes.Count;
        int firstChannel = part * ChannelsPerPiece, channels = Math.Min(ChannelsPerPiece, size.Channels - firstChannel);
        int first = firstChannel / size.Lanes, blocks = ChannelLanes.Blocks(channels, size.Lanes);
        using var scratch = Scratch.Rent();
        var (pass, gradient) = (passes[p], gradients[p]);
        var chunk = new ScanChunk(size, scratch, pass.Rank);
        var back = new ScanBackwardBuffers(size, scratch, blocks);
        var ahead = stackalloc RowsAhead[MostAhead];
        long offset = (long)clip * size.Channels + firstChannel;
        if (gradient.LastState is not null) ChannelLanes.Pack(gradient.LastState + offset * size.States, channels, size.States, size.PaddedStates, size.Lanes, back.DState);
        float* maps = (float*)TensorMemory.Address(gradient.Maps) + ((long)clip * PiecesPerClip(size) + part) * size.Length * size.MapWidth;

        for (int index = size.Chunks - 1; index >= 0; index--)
        {
            int firstStep = index * ScanSize.StepsPerChunk, steps = Math.Min(ScanSize.StepsPerChunk, size.Length - firstStep);
            chunk.Load<TElement>(pass, clip, firstStep, steps);
            back.ClearMaps(steps);
            for (int block = 0; block < blocks; block++)
            {
                int channel = (first + block) * size.Lanes;
                float* kept = inputs.Checkpoints[p] + (((long)clip * size.Chunks + index) * size.Blocks + first + block) * size.StateSize;
                LookAhead(ahead, p, clip, firstStep, channel, kept);
                bool small = Prepare<TLanes, TElement>(ref chunk, back, pass, p == 0, clip, firstStep, steps, channel);
                if (small) WalkBack<TLanes, SmallExponents>(ref chunk, back, pass, steps, first + block, block, kept, ahead);
                else WalkBack<TLanes, AnyExponents>(ref chunk, back, pass, steps, first + block, block, kept, ahead);
                Finish<TLanes, TElement>(ref chunk, back, pass, gradient, clip, firstStep, steps, channel, block);
            }

            back.WriteMaps<TLanes>(pass, firstStep, steps, maps);
        }

        if (pass.IsLogarithm) ToLogarithm<TLanes>(back.DA, pass.Rate + first * size.StateSize, blocks * size.StateSize);
        ChannelLanes.Unpack(back.DA, channels, size.States, size.PaddedStates, size.Lanes, (float*)TensorMemory.Address(gradient.A) + offset * size.States);
        ChannelLanes.Unpack(back.DSkip, channels, 1, 1, size.Lanes, (float*)TensorMemory.Address(gradient.D) + offset);
        ChannelLanes.Unpack(back.DBias, channels, 1, 1, size.Lanes, (float*)TensorMemory.Address(gradient.DeltaBias) + offset);
        if (gradient.InitialState is not null) ChannelLanes.Unpack(back.DState, channels, size.States, size.PaddedStates, size.Lanes, gradient.InitialState + offset * size.States);
    }

    /// <summary>Step sizes, delta u, the softplus's slope and the gradient ahead of the gate; the first direction writes the gate's own gradient.
    /// Returns whether all exponents are in range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private bool Prepare<TLanes, TElement>(ref ScanChunk chunk, ScanBackwardBuffers back, ScanPass pass, bool writeGate, int clip, int firstStep, int steps, int channel)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        chunk.LoadInputs<TLanes, TElement>(pass, clip, firstStep, steps, channel);
        chunk.LoadStepSizes<TLanes, TElement>(pass, clip, firstStep, steps, channel);
        int rest = size.Channels - channel;
        bool softplus = pass.Softplus, gated = inputs.Gate.Exist, reached = inputs.Dy.Exist;
        TLanes zero = TLanes.Broadcast(0), largest = zero;
        long token = pass.Token(size, clip, firstStep), step = pass.Stride;
        TElement* dySource = inputs.Dy.Row<TElement>(token) + channel;
        TElement* gate = inputs.Gate.Row<TElement>(token) + channel, dGate = inputs.DGate.Row<TElement>(token) + channel;
        float* sum = inputs.Sums.Row<float>(token) + channel;
        long dyStride = step * inputs.Dy.Stride, gateStride = step * inputs.Gate.Stride;
        long dGateStride = step * inputs.DGate.Stride, sumStride = step * inputs.Sums.Stride;
        for (int at = 0; at < steps * TLanes.Count; at += TLanes.Count)
        {
            var u = TLanes.Load(chunk.U + at);
            var delta = TLanes.Load(chunk.Delta + at);
            if (softplus)
            {
                (delta, var slope) = LaneMath.SoftplusAndSlope(delta);
                TLanes.Store(slope, back.Slope + at);
            }

            var dy = reached ? TElement.Load<TLanes>(dySource, rest) : zero;
            if (gated)
            {
                var z = TElement.Load<TLanes>(gate, rest);
                var sigmoid = LaneMath.Sigmoid(z);
                if (writeGate) TElement.Store(dy * TElement.LoadSingle<TLanes>(sum, rest) * LaneMath.SiluDerivative(z, sigmoid), dGate, rest);
                dy *= z * sigmoid;
            }

            largest = TLanes.Max(largest, TLanes.Abs(delta));
            TLanes.Store(delta, chunk.Delta + at);
            TLanes.Store(delta * u, chunk.DeltaU + at);
            TLanes.Store(dy, back.Dy + at);
            TLanes.Store(zero, back.DDeltaU + at);
            TLanes.Store(zero, back.DExponent + at);
            dySource += dyStride;
            gate += gateStride;
            dGate += dGateStride;
            sum += sumStride;
        }

        return !TLanes.AnyAbove(largest, TLanes.Load(pass.LargestStep + channel));
    }

    /// <summary>What <see cref="Finish"/> writes, and what the chunk before begins with.</summary>
    private void LookAhead(RowsAhead* ahead, int p, int clip, int firstStep, int channel, float* kept)
    {
        var (pass, gradient) = (passes[p], gradients[p]);
        long here = pass.Token(size, clip, firstStep), before = pass.Token(size, clip, Math.Max(0, firstStep - ScanSize.StepsPerChunk));
        int count = 0;
        Add(gradient.U, here);
        Add(gradient.Delta, here);
        Add(inputs.Dy, before);
        Add(inputs.Gate, before);
        Add(pass.U, before);
        if (pass.Rank == 0) Add(pass.StepSizes, before);
        else ahead[count++] = new RowsAhead(kept - size.Blocks * size.StateSize, size.Lanes * sizeof(float));
        Add(p == 0 ? inputs.Sums : default, before);
        Add(p == 0 ? inputs.DGate : default, before);

        void Add(TensorRows rows, long token) => ahead[count++] = rows.Exist ? rows.Ahead(token, channel, pass.Stride) : new RowsAhead(kept, 0);
    }

    private void WalkBack<TLanes, TExponents>(
        ref ScanChunk chunk, ScanBackwardBuffers back, ScanPass pass, int steps, int block, int blockOfPiece, float* kept, RowsAhead* ahead)
        where TLanes : unmanaged, ILanes<TLanes>
        where TExponents : IExponents
    {
        for (int n = 0; n < size.PaddedStates; n += ScanSteps.StatesPerRun)
        {
            int at = n * TLanes.Count;
            float* rate = pass.Rate + block * size.StateSize + at, b = chunk.B + n, c = chunk.C + n;
            float* dB = back.DMaps + n * LaneMath.FoldedLanes, dC = dB + size.PaddedStates * LaneMath.FoldedLanes;
            var rows = ahead + AheadPerRun * n / ScanSteps.StatesPerRun % MostAhead;
            Unsafe.CopyBlock(back.States, kept + at, (uint)(ScanSteps.StatesPerRun * TLanes.Count * sizeof(float)));
            ScanSteps.Replay<TLanes, TExponents>(steps, rate, back.States, back.Factors, chunk.Delta, chunk.DeltaU, b, chunk.MapStride, rows[0], rows[1]);
            ScanSteps.WalkBack<TLanes>(
                steps, rate, back.States, back.Factors, chunk.Delta, chunk.DeltaU, back.Dy, b, c, chunk.MapStride,
                back.DState + blockOfPiece * size.StateSize + at, back.DA + blockOfPiece * size.StateSize + at, dB, dC, size.MapWidth * LaneMath.FoldedLanes, back.DDeltaU, back.DExponent,
                rows[2], rows[3]);
        }
    }

    /// <summary>Gradients of the step sizes and the inputs, and the sums of skip and bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Finish<TLanes, TElement>(
        ref ScanChunk chunk, ScanBackwardBuffers back, ScanPass pass, ScanGradients gradient, int clip, int firstStep, int steps, int channel, int block)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int rest = size.Channels - channel;
        bool softplus = pass.Softplus;
        var skip = TLanes.Load(pass.Skip + channel);
        var dSkip = TLanes.Load(back.DSkip + block * TLanes.Count);
        var dBias = TLanes.Load(back.DBias + block * TLanes.Count);

        // The rates carry the factor log2(e) of A: take it off their sum.
        var ln2 = TLanes.Broadcast(LaneMath.Ln2);
        long token = pass.Token(size, clip, firstStep);
        TElement* dU = gradient.U.Row<TElement>(token) + channel, dDestination = gradient.Delta.Row<TElement>(token) + channel;
        long stride = pass.Stride * gradient.U.Stride, dStride = pass.Stride * gradient.Delta.Stride;
        for (int at = 0; at < steps * TLanes.Count; at += TLanes.Count)
        {
            var (u, dy, dDeltaU) = (TLanes.Load(chunk.U + at), TLanes.Load(back.Dy + at), TLanes.Load(back.DDeltaU + at));
            var dDelta = TLanes.MultiplyAdd(u, dDeltaU, TLanes.Load(back.DExponent + at) * ln2);
            if (softplus) dDelta *= TLanes.Load(back.Slope + at);
            dBias += dDelta;
            dSkip = TLanes.MultiplyAdd(dy, u, dSkip);
            TElement.Store(dDelta, dDestination, rest);
            TElement.Store(TLanes.MultiplyAdd(TLanes.Load(chunk.Delta + at), dDeltaU, dy * skip), dU, rest);
            dDestination += dStride;
            dU += stride;
        }

        TLanes.Store(dSkip, back.DSkip + block * TLanes.Count);
        TLanes.Store(dBias, back.DBias + block * TLanes.Count);
    }

    /// <summary>From A's gradient to that of log(-A), which is A times as large.</summary>
    private static void ToLogarithm<TLanes>(float* dA, float* rate, int count)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var ln2 = TLanes.Broadcast(LaneMath.Ln2);
        for (int i = 0; i < count; i += TLanes.Count) TLanes.Store(TLanes.Load(dA + i) * TLanes.Load(rate + i) * ln2, dA + i);
    }
}
