namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>How work on clips falls into pieces: of each clip so many tokens, or blocks of channels, one run after another.</summary>
/// <param name="Clips">Clips.</param>
/// <param name="Length">Tokens or blocks of a clip.</param>
/// <param name="PerPiece">The most that a piece has of them.</param>
internal readonly record struct ClipPieces(int Clips, int Length, int PerPiece)
{
    public int Count => Clips * PerClip;

    private int PerClip => (Length + PerPiece - 1) / PerPiece;

    /// <summary>The clip that a piece lies in, and what it has of it: from First on, up to End.</summary>
    public (int Clip, int First, int End) this[int piece]
    {
        get
        {
            int first = piece % PerClip * PerPiece;
            return (piece / PerClip, first, Math.Min(Length, first + PerPiece));
        }
    }
}
