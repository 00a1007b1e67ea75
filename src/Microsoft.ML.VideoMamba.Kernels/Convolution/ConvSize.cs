using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The sizes of a convolution and of the vectors that it is computed in: channels lie across the lanes, a block for each vector.</summary>
internal readonly record struct ConvSize(int Batch, int Length, int Channels, SimdWidth Width)
{
    /// <summary>Taps that kernels compute with; a narrower convolution has zeros in front.</summary>
    public const int Taps = 4;

    /// <summary>Tokens of a piece of work: fixed, so that sums over tokens do not depend on the number of threads.</summary>
    public const int TokensPerPiece = 64;

    public int Lanes => (int)Width / 32;

    public int Blocks => ChannelLanes.Blocks(Channels, Lanes);

    public int Pieces => Cut.Count;

    private ClipPieces Cut => new(Batch, Length, TokensPerPiece);

    /// <summary>The clip that a piece lies in, and its tokens there: from First on, up to End.</summary>
    public (int Clip, int First, int End) Piece(int piece) => Cut[piece];
}
