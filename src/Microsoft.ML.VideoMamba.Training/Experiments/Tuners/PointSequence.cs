using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Tuners;

/// <summary>Points of a space: the first is the start, the others are drawn uniformly, each by itself, so that whoever asks for the n-th gets the same.</summary>
/// <param name="start">The first point.</param>
/// <param name="seed">The same seed gives the same points.</param>
internal sealed class PointSequence(IReadOnlyList<double> start, int seed)
{
    /// <summary>The point of a trial.</summary>
    /// <param name="trial">From 1.</param>
    public IReadOnlyList<double> Of(int trial)
    {
        if (trial == 1) return start;
        var random = new Random(SeedMix.Of(seed, trial));
        return [.. start.Select(_ => random.NextDouble())];
    }
}
