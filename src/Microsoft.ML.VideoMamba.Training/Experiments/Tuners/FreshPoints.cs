using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Tuners;

/// <summary>Points of a space whose values no trial has had: the first is the start, the others are drawn uniformly. The same values again would be the same training.</summary>
/// <param name="space">The space.</param>
/// <param name="start">The first point.</param>
/// <param name="seed">The same seed gives the same points.</param>
internal sealed class FreshPoints(RecipeSpace space, IReadOnlyList<double> start, int seed)
{
    /// <summary>Draws after which a space counts as tried out: enough to come upon the last of a thousand combinations.</summary>
    private const int MostDraws = 10_000;

    private readonly HashSet<string> _taken = [];
    private int _drawn;

    /// <summary>The next point.</summary>
    /// <returns>Null if every combination of values was tried.</returns>
    public IReadOnlyList<double>? Draw()
    {
        if (++_drawn == 1 && TryTake(start)) return start;
        var random = new Random(SeedMix.Of(seed, _drawn));
        for (int draw = 0; draw < MostDraws; draw++)
        {
            double[] point = [.. start.Select(_ => random.NextDouble())];
            if (TryTake(point)) return point;
        }

        return null;
    }

    /// <summary>Takes a point if no trial has had its values.</summary>
    public bool TryTake(IReadOnlyList<double> point) => _taken.Add(TrialValues.ToJson(space.At(point)));
}
