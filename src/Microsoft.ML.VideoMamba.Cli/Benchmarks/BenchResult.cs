namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>What a benchmark measured.</summary>
/// <param name="Seconds">Each sample's seconds a run.</param>
/// <param name="ProductSeconds">The same of the matrix products alone, sample by sample; null where they were not measured.</param>
/// <param name="Clips">Clips of a run.</param>
/// <param name="PeakBytes">The most memory that the work took.</param>
/// <param name="FloorSeconds">The least time that the device's units need.</param>
/// <param name="AtOnce">Clips that a run took at a time, where it is cut into pieces.</param>
/// <param name="Passes">Passes side by side that these were shared out to.</param>
internal sealed record BenchResult(IReadOnlyList<double> Seconds, IReadOnlyList<double>? ProductSeconds, int Clips, long PeakBytes, double FloorSeconds, int? AtOnce = null, int? Passes = null)
{
    public double MedianSeconds => Median(Seconds);

    public double? RatioToProducts => ProductSeconds is null ? null : Median([.. Seconds.Zip(ProductSeconds, (all, products) => all / products)]);

    public static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
