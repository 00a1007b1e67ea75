namespace Microsoft.ML.VideoMamba.Kernels.Autograd;

/// <summary>
/// Products that sum over all tokens have small results, too few tiles for a card: they are computed for equal pieces of the tokens, which <see cref="GradientSums"/>
/// add up.
/// </summary>
internal static class TokenPieces
{
    private const int Shortest = 512;

    /// <summary>How many pieces tokens are cut into.</summary>
    /// <param name="tokens">All tokens.</param>
    /// <param name="most">The most pieces.</param>
    public static int Of(int tokens, int most) => Enumerable.Range(1, Math.Clamp(most, 1, Math.Max(1, tokens / Shortest))).Last(pieces => tokens % pieces == 0);
}
