using System.Text.Json;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>One trial of an experiment, as it stands.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Parameters">Its own values, by the recipe's fields.</param>
/// <param name="Recipe">What it trains by, with those values; null where they make no recipe.</param>
public sealed record Trial(int Number, IReadOnlyDictionary<string, JsonElement> Parameters, Recipe? Recipe)
{
    /// <summary>Where it stands.</summary>
    public TrialState State { get; init; }

    /// <summary>Epochs that it was trained.</summary>
    public int Epochs { get; init; }

    /// <summary>The metric of its kept weights, the mean over the folds; null before its first epoch.</summary>
    public double? Metric { get; init; }

    /// <summary>The validation loss of its kept weights.</summary>
    public double? Loss { get; init; }

    /// <summary>The metric of the weights that were kept behind each epoch.</summary>
    public IReadOnlyList<double> Course { get; init; } = [];

    /// <summary>Seconds that it was trained.</summary>
    public double Seconds { get; init; }

    /// <summary>Why it failed, or null.</summary>
    public string? Error { get; init; }

    /// <summary>What it failed by in this process, or null.</summary>
    public Exception? Exception { get; init; }

    /// <summary>Its model, or null where there is none yet.</summary>
    public string? Model { get; init; }

    /// <summary>Whether it can be the best: it was measured and has a model. One that failed later on has that of its best epoch before.</summary>
    public bool IsCandidate => Metric is not null && Model is not null;
}
