using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>
/// What the forward and the backward scan share: the operands' addresses and the division into pieces. A piece is one clip's channels
/// [first, first + <see cref="ChannelsPerPiece"/>); within it channels lie across the lanes of vectors, a block for each vector.
/// </summary>
internal abstract unsafe class ScanKernel
{
    /// <summary>Every so many steps the state is kept, and the backward pass computes those between again.</summary>
    public const int StepsPerChunk = 32;

    protected ScanKernel(ScanOperands operands, ScanOptions options, int channelsPerPiece)
    {
        (Batch, Length, Channels, States) = (operands.Batch, operands.Length, operands.Channels, operands.States);
        Lanes = (int)options.Width / 32;
        ChannelsPerPiece = (channelsPerPiece + Lanes - 1) / Lanes * Lanes;
        (DeltaSoftplus, Reverse) = (options.DeltaSoftplus, options.Direction == SequenceDirection.Reverse);
        U = TensorMemory.Address(operands.U);
        Delta = TensorMemory.Address(operands.Delta);
        Z = TensorMemory.Address(operands.Z);
        A = (float*)TensorMemory.Address(operands.A);
        B = (float*)TensorMemory.Address(operands.B);
        C = (float*)TensorMemory.Address(operands.C);
        D = (float*)TensorMemory.Address(operands.D);
        DeltaBias = (float*)TensorMemory.Address(operands.DeltaBias);
        InitialState = (float*)TensorMemory.Address(operands.InitialState);
    }

    public int Pieces => Batch * PiecesPerClip;

    protected int Batch { get; }

    protected int Length { get; }

    protected int Channels { get; }

    protected int States { get; }

    protected int Lanes { get; }

    protected int ChannelsPerPiece { get; }

    protected bool DeltaSoftplus { get; }

    protected bool Reverse { get; }

    protected void* U { get; }

    protected void* Delta { get; }

    protected void* Z { get; }

    protected float* A { get; }

    protected float* B { get; }

    protected float* C { get; }

    protected float* D { get; }

    protected float* DeltaBias { get; }

    protected float* InitialState { get; }

    protected int PiecesPerClip => (Channels + ChannelsPerPiece - 1) / ChannelsPerPiece;

    protected int Chunks => ChunksOf(Length);

    /// <summary>Number of kept states for a length.</summary>
    public static int ChunksOf(int length) => (length + StepsPerChunk - 1) / StepsPerChunk;

    /// <summary>The channels rounded up to whole vectors.</summary>
    public static int Padded(int channels, SimdWidth width) => (channels + (int)width / 32 - 1) / ((int)width / 32) * ((int)width / 32);

    /// <summary>The token that a step of the recurrence is at.</summary>
    protected int Token(int step) => Reverse ? Length - 1 - step : step;

    /// <summary>A, for its channels, as the factor of delta in a power of two: exp(delta A) = 2^(delta A log2(e)).</summary>
    protected void PackDecay(int firstChannel, int channels, float* decay, int size)
    {
        ChannelLanes.Pack(A + (long)firstChannel * States, channels, States, Lanes, decay);
        for (int i = 0; i < size; i++) decay[i] *= LaneMath.Log2E;
    }
}
