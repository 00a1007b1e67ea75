using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>
/// The scan's backward pass: chunk by chunk from the last to the first, each computed again from its kept state, then walked backwards.
/// </summary>
/// <remarks>
/// With g_t the gradient of h_t: g_t += C_t dy_t, then through h_t = a_t h_(t-1) + delta_t u_t B_t, a_t = exp(delta_t A):
/// d(delta_t A) = g_t a_t h_(t-1), d(delta_t u_t) = g_t B_t, dB_t = g_t delta_t u_t (a sum over channels), g_(t-1) = a_t g_t.
/// Sums over channels are kept in vectors over the blocks of a piece and reduced to one number a token and state at the end of each chunk; pieces have a
/// fixed width, so that results do not depend on the number of cores.
/// </remarks>
internal sealed unsafe class ScanBackwardKernel : ScanKernel, ISimdKernel
{
    private const int PieceWidth = 64;

    private readonly void* _dy;
    private readonly float* _dLast;
    private readonly float* _checkpoints;
    private readonly ScanGradients _gradients;

    /// <param name="operands">What was scanned.</param>
    /// <param name="options">How it was scanned.</param>
    /// <param name="checkpoints">What the forward pass kept.</param>
    /// <param name="dy">Gradient of the outputs, contiguous, or null for zero.</param>
    /// <param name="dLast">Gradient of the last state, contiguous, or null for zero.</param>
    /// <param name="gradients">Receives the gradients.</param>
    public ScanBackwardKernel(ScanOperands operands, ScanOptions options, torch.Tensor checkpoints, torch.Tensor? dy, torch.Tensor? dLast, ScanGradients gradients)
        : base(operands, options, PieceWidth)
    {
        _checkpoints = (float*)TensorMemory.Address(checkpoints);
        _dy = TensorMemory.Address(dy);
        _dLast = (float*)TensorMemory.Address(dLast);
        _gradients = gradients;
    }

    /// <summary>The number of partial sums over channels that B and C get.</summary>
    public static int PartialSums(int channels) => (channels + PieceWidth - 1) / PieceWidth;

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int clip = piece / PiecesPerClip, part = piece % PiecesPerClip, first = part * ChannelsPerPiece;
        int channels = Math.Min(ChannelsPerPiece, Channels - first), blocks = (channels + Lanes - 1) / Lanes;
        using var scratch = new Scratch(ScanBackwardBuffers.Size(blocks, States, Lanes));
        var buffers = new ScanBackwardBuffers(scratch, blocks, States, Lanes);
        PackDecay(first, channels, buffers.Decay, blocks * States * Lanes);
        if (D is not null) ChannelLanes.Pack(D + first, channels, 1, Lanes, buffers.Skip);
        if (DeltaBias is not null) ChannelLanes.Pack(DeltaBias + first, channels, 1, Lanes, buffers.Bias);
        long stateOffset = ((long)clip * Channels + first) * States, channelOffset = (long)clip * Channels + first;
        if (_dLast is not null) ChannelLanes.Pack(_dLast + stateOffset, channels, States, Lanes, buffers.DState);

        for (int chunk = Chunks - 1; chunk >= 0; chunk--)
        {
            int firstStep = chunk * StepsPerChunk, steps = Math.Min(StepsPerChunk, Length - firstStep);
            buffers.ClearSums(steps * States * Lanes);
            for (int block = 0; block < blocks; block++)
            {
                int rest = channels - block * Lanes;
                Replay<TLanes, TElement>(buffers, clip, firstStep, steps, first, block, rest);
                WalkBack<TLanes, TElement>(buffers, clip, firstStep, steps, first, block, rest);
            }

            long partialSum = (long)clip * PiecesPerClip + part;
            ReduceOverChannels<TLanes>(buffers.DB, _gradients.B + partialSum * Length * States, firstStep, steps);
            ReduceOverChannels<TLanes>(buffers.DC, _gradients.C + partialSum * Length * States, firstStep, steps);
        }

        ChannelLanes.Unpack(buffers.DDecay, channels, States, Lanes, _gradients.A + stateOffset);
        ChannelLanes.Unpack(buffers.DState, channels, States, Lanes, _gradients.InitialState + stateOffset);
        ChannelLanes.Unpack(buffers.DSkip, channels, 1, Lanes, _gradients.D + channelOffset);
        ChannelLanes.Unpack(buffers.DBias, channels, 1, Lanes, _gradients.DeltaBias + channelOffset);
    }

    /// <summary>Computes the chunk's step sizes, decay factors and states again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Replay<TLanes, TElement>(ScanBackwardBuffers buffers, int clip, int firstStep, int steps, int firstChannel, int block, int rest)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int states = States, stateSize = states * TLanes.Count;
        long allBlocks = (Channels + TLanes.Count - 1) / TLanes.Count;
        float* kept = _checkpoints + (((long)clip * Chunks + firstStep / StepsPerChunk) * allBlocks + firstChannel / TLanes.Count + block) * stateSize;
        Unsafe.CopyBlock(buffers.States, kept, checked((uint)(stateSize * sizeof(float))));
        float* decay = buffers.Decay + block * stateSize;
        var bias = TLanes.Load(buffers.Bias + block * TLanes.Count);
        for (int i = 0; i < steps; i++)
        {
            long token = (long)clip * Length + Token(firstStep + i), at = token * Channels + firstChannel + block * TLanes.Count;
            var delta = PartialVector.Load<TLanes, TElement>((TElement*)Delta + at, rest) + bias;
            if (DeltaSoftplus) delta = LaneMath.Softplus(delta);
            TLanes.Store(delta, buffers.Delta + i * TLanes.Count);
            var deltaU = delta * PartialVector.Load<TLanes, TElement>((TElement*)U + at, rest);
            float* b = B + token * states, state = buffers.States + i * stateSize, factors = buffers.Factors + i * stateSize;
            for (int n = 0; n < states; n++)
            {
                int lane = n * TLanes.Count;
                var factor = TLanes.Exp2(delta * TLanes.Load(decay + lane));
                TLanes.Store(factor, factors + lane);
                TLanes.Store(TLanes.MultiplyAdd(factor, TLanes.Load(state + lane), deltaU * TLanes.Broadcast(b[n])), state + stateSize + lane);
            }
        }
    }

    /// <summary>Walks the chunk from its last step to its first and writes the gradients of what belongs to single tokens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WalkBack<TLanes, TElement>(ScanBackwardBuffers buffers, int clip, int firstStep, int steps, int firstChannel, int block, int rest)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int states = States, stateSize = states * TLanes.Count, vector = block * TLanes.Count;
        float* decay = buffers.Decay + block * stateSize, dDecay = buffers.DDecay + block * stateSize, dState = buffers.DState + block * stateSize;
        var skip = TLanes.Load(buffers.Skip + vector);
        var bias = TLanes.Load(buffers.Bias + vector);
        var dSkip = TLanes.Load(buffers.DSkip + vector);
        var dBias = TLanes.Load(buffers.DBias + vector);
        var zero = TLanes.Broadcast(0);
        for (int i = steps - 1; i >= 0; i--)
        {
            long token = (long)clip * Length + Token(firstStep + i), at = token * Channels + firstChannel + vector;
            var u = PartialVector.Load<TLanes, TElement>((TElement*)U + at, rest);
            var delta = TLanes.Load(buffers.Delta + i * TLanes.Count);
            var dGated = _dy is null ? zero : PartialVector.Load<TLanes, TElement>((TElement*)_dy + at, rest);
            var (dy, gateSlope) = (dGated, zero);
            if (Z is not null)
            {
                var z = PartialVector.Load<TLanes, TElement>((TElement*)Z + at, rest);
                var sigmoid = LaneMath.Sigmoid(z);
                dy = dGated * z * sigmoid;
                gateSlope = dGated * LaneMath.SiluDerivative(z, sigmoid);
            }

            var deltaU = delta * u;
            var (y, dDeltaU, dExponent) = (zero, zero, zero);
            float* b = B + token * states, c = C + token * states;
            float* before = buffers.States + i * stateSize, factors = buffers.Factors + i * stateSize, dB = buffers.DB + i * stateSize, dC = buffers.DC + i * stateSize;
            for (int n = 0; n < states; n++)
            {
                int lane = n * TLanes.Count;
                var cn = TLanes.Broadcast(c[n]);
                var h = TLanes.Load(before + stateSize + lane);
                y = TLanes.MultiplyAdd(h, cn, y);
                TLanes.Store(TLanes.MultiplyAdd(dy, h, TLanes.Load(dC + lane)), dC + lane);
                var g = TLanes.MultiplyAdd(dy, cn, TLanes.Load(dState + lane));
                TLanes.Store(TLanes.MultiplyAdd(g, deltaU, TLanes.Load(dB + lane)), dB + lane);
                dDeltaU = TLanes.MultiplyAdd(g, TLanes.Broadcast(b[n]), dDeltaU);
                var passed = g * TLanes.Load(factors + lane);
                TLanes.Store(passed, dState + lane);
                var dPower = passed * TLanes.Load(before + lane);
                dExponent = TLanes.MultiplyAdd(dPower, TLanes.Load(decay + lane), dExponent);
                TLanes.Store(TLanes.MultiplyAdd(dPower, delta, TLanes.Load(dDecay + lane)), dDecay + lane);
            }

            // The packed decay carries the factor log2(e) of A: take it off its sum.
            var dDelta = TLanes.MultiplyAdd(u, dDeltaU, dExponent * TLanes.Broadcast(LaneMath.Ln2));
            if (DeltaSoftplus) dDelta *= LaneMath.Sigmoid(PartialVector.Load<TLanes, TElement>((TElement*)Delta + at, rest) + bias);
            dBias += dDelta;
            dSkip = TLanes.MultiplyAdd(dy, u, dSkip);
            PartialVector.Store(dDelta, (TElement*)_gradients.Delta + at, rest);
            PartialVector.Store(TLanes.MultiplyAdd(delta, dDeltaU, dy * skip), (TElement*)_gradients.U + at, rest);
            if (Z is not null) PartialVector.Store(gateSlope * TLanes.MultiplyAdd(skip, u, y), (TElement*)_gradients.Z + at, rest);
        }

        TLanes.Store(dSkip, buffers.DSkip + vector);
        TLanes.Store(dBias, buffers.DBias + vector);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReduceOverChannels<TLanes>(float* sums, float* destination, int firstStep, int steps)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int i = 0; i < steps; i++)
        {
            float* row = destination + (long)Token(firstStep + i) * States;
            for (int n = 0; n < States; n++) row[n] = TLanes.Sum(TLanes.Load(sums + (i * States + n) * TLanes.Count));
        }
    }
}
