using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Training.Mixing;

/// <summary>Beta(a, a), the distribution of shares.</summary>
internal static class BetaDistribution
{
    /// <summary>Draws a number in [0, 1].</summary>
    /// <param name="alpha">a, above 0.</param>
    /// <param name="random">Makes the draws.</param>
    public static double Draw(double alpha, Random random)
    {
        double one = DrawGamma(alpha, random), other = DrawGamma(alpha, random);
        // Both underflow only for tiny alpha, whose mass is at the ends.
        return one + other > 0 ? one / (one + other) : random.Next(2);
    }

    // Marsaglia and Tsang, "A simple method for generating gamma variables", 2000; shapes below 1 by the power of a uniform number.
    private static double DrawGamma(double shape, Random random)
    {
        if (shape < 1) return DrawGamma(shape + 1, random) * Math.Pow(1 - random.NextDouble(), 1 / shape);
        double d = shape - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = NormalNoise.Draw(random), v = Math.Pow(1 + c * x, 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < x * x / 2 + d * (1 - v + Math.Log(v))) return d * v;
        }
    }
}
