namespace Microsoft.ML.VideoMamba.Training.Experiments.Tuners;

/// <summary>Makes tuners.</summary>
internal static class Tuner
{
    /// <param name="kind">Which.</param>
    /// <param name="space">What trials may differ in.</param>
    /// <param name="start">The point of the first trial.</param>
    /// <param name="seed">The same seed gives, told the same, the same trials.</param>
    /// <param name="epochs">Epochs of a trial that is trained to its end.</param>
    public static ITuner Create(TunerKind kind, RecipeSpace space, IReadOnlyList<double> start, int seed, int epochs)
    {
        var points = new PointSequence(start, seed);
        return kind switch
        {
            TunerKind.CostFrugal => new CostFrugalTuner(space, points, seed, epochs),
            TunerKind.Asha => new AshaTuner(points, epochs),
            TunerKind.Random => new RandomTuner(points, epochs),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such tuner."),
        };
    }
}
