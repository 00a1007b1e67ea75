namespace Microsoft.ML.VideoMamba.Training.Experiments.Tuners;

/// <summary>Makes tuners.</summary>
internal static class Tuner
{
    /// <param name="kind">Which.</param>
    /// <param name="space">What trials may differ in.</param>
    /// <param name="start">The point of the first trial.</param>
    /// <param name="seed">The same seed gives, told the same, the same trials.</param>
    /// <param name="rungs">Where trials are compared.</param>
    public static ITuner Create(TunerKind kind, RecipeSpace space, IReadOnlyList<double> start, int seed, Rungs rungs)
    {
        var points = new FreshPoints(space, start, seed);
        return kind switch
        {
            TunerKind.CostFrugal => new CostFrugalTuner(space, points, seed, rungs),
            TunerKind.Asha => new AshaTuner(points, rungs),
            TunerKind.Random => new RandomTuner(points, rungs.Epochs[^1]),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such tuner."),
        };
    }
}
