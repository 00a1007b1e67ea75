namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>How numbers are spread.</summary>
/// <param name="Least">The least.</param>
/// <param name="Median">The middle one, or the mean of the middle two.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Most">The largest.</param>
/// <param name="Total">Their sum.</param>
public sealed record Spread(double Least, double Median, double Mean, double Most, double Total)
{
    /// <summary>The spread of some numbers, or null of none.</summary>
    /// <param name="numbers">The numbers.</param>
    public static Spread? Of(IEnumerable<double> numbers)
    {
        double[] sorted = [.. numbers.Order()];
        if (sorted.Length == 0) return null;
        double median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        return new Spread(sorted[0], median, sorted.Average(), sorted[^1], sorted.Sum());
    }
}
