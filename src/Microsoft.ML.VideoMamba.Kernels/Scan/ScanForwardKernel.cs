using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using Microsoft.ML.VideoMamba.Kernels.Threading;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The scan's forward pass: one walk along the sequence, states in the first cache, softplus, skip and gate on the way.</summary>
internal sealed unsafe class ScanForwardKernel : ScanKernel, ISimdKernel
{
    private const int MostChannelsPerPiece = 64;
    private const int PiecesPerCore = 4;

    private readonly void* _y;
    private readonly float* _lastState;
    private readonly float* _checkpoints;

    /// <param name="operands">What to scan.</param>
    /// <param name="options">How to scan it.</param>
    /// <param name="y">Receives the outputs.</param>
    /// <param name="lastState">Receives the state after the last step.</param>
    /// <param name="checkpoints">Receives the state before each chunk, (batch, chunk, block, d_state, lane), or null where no backward pass follows.</param>
    public ScanForwardKernel(ScanOperands operands, ScanOptions options, torch.Tensor y, torch.Tensor lastState, torch.Tensor? checkpoints)
        : base(operands, options, Divide(operands))
    {
        _y = TensorMemory.Address(y);
        _lastState = (float*)TensorMemory.Address(lastState);
        _checkpoints = (float*)TensorMemory.Address(checkpoints);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int clip = piece / PiecesPerClip, first = piece % PiecesPerClip * ChannelsPerPiece;
        int channels = Math.Min(ChannelsPerPiece, Channels - first), blocks = (channels + Lanes - 1) / Lanes;
        int stateSize = States * Lanes;
        using var scratch = new Scratch(2 * blocks * (stateSize + Lanes));
        float* decay = scratch.Take(blocks * stateSize), state = scratch.Take(blocks * stateSize);
        float* skip = scratch.Take(blocks * Lanes), bias = scratch.Take(blocks * Lanes);
        PackDecay(first, channels, decay, blocks * stateSize);
        if (D is not null) ChannelLanes.Pack(D + first, channels, 1, Lanes, skip);
        if (DeltaBias is not null) ChannelLanes.Pack(DeltaBias + first, channels, 1, Lanes, bias);
        long stateOffset = ((long)clip * Channels + first) * States;
        if (InitialState is not null) ChannelLanes.Pack(InitialState + stateOffset, channels, States, Lanes, state);

        for (int step = 0; step < Length; step++)
        {
            if (_checkpoints is not null && step % StepsPerChunk == 0) Keep(state, clip, step / StepsPerChunk, first, blocks);
            long token = (long)clip * Length + Token(step);
            float* b = B + token * States, c = C + token * States;
            for (int block = 0; block < blocks; block++)
            {
                int rest = channels - block * Lanes;
                long at = token * Channels + first + block * Lanes;
                var u = PartialVector.Load<TLanes, TElement>((TElement*)U + at, rest);
                var delta = PartialVector.Load<TLanes, TElement>((TElement*)Delta + at, rest) + TLanes.Load(bias + block * Lanes);
                if (DeltaSoftplus) delta = LaneMath.Softplus(delta);
                var y = TLanes.Load(skip + block * Lanes) * u + Advance(delta, delta * u, decay + block * stateSize, state + block * stateSize, b, c, States);
                if (Z is not null) y *= LaneMath.Silu(PartialVector.Load<TLanes, TElement>((TElement*)Z + at, rest));
                PartialVector.Store(y, (TElement*)_y + at, rest);
            }
        }

        ChannelLanes.Unpack(state, channels, States, Lanes, _lastState + stateOffset);
    }

    /// <summary>One step of the recurrence: h = exp(delta A) h + delta u B in place; returns C h.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Advance<TLanes>(TLanes delta, TLanes deltaU, float* decay, float* state, float* b, float* c, int states)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var y = TLanes.Broadcast(0);
        for (int n = 0; n < states; n++)
        {
            var factor = TLanes.Exp2(delta * TLanes.Load(decay));
            var h = TLanes.MultiplyAdd(factor, TLanes.Load(state), deltaU * TLanes.Broadcast(b[n]));
            TLanes.Store(h, state);
            y = TLanes.MultiplyAdd(h, TLanes.Broadcast(c[n]), y);
            decay += TLanes.Count;
            state += TLanes.Count;
        }

        return y;
    }

    private void Keep(float* state, int clip, int chunk, int firstChannel, int blocks)
    {
        long allBlocks = (Channels + Lanes - 1) / Lanes, size = (long)States * Lanes;
        float* kept = _checkpoints + (((long)clip * Chunks + chunk) * allBlocks + firstChannel / Lanes) * size;
        Unsafe.CopyBlock(kept, state, checked((uint)(blocks * size * sizeof(float))));
    }

    /// <summary>Wide pieces share B and C and read whole cache lines; narrow ones keep all cores busy.</summary>
    private static int Divide(ScanOperands operands) =>
        Math.Clamp(operands.Batch * operands.Channels / (PiecesPerCore * ThreadTeam.Size), 1, MostChannelsPerPiece);
}
