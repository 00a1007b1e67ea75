using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Runs;

/// <summary>Says how long an epoch of a trial will be: as long as its last one, or before there is one as its network's cost says by the epochs of other trials.</summary>
/// <param name="outputs">Outputs of the head.</param>
internal sealed class EpochPace(int outputs)
{
    private readonly List<double> _secondsOfCost = [];

    /// <summary>Whether it has learned of an epoch.</summary>
    public bool IsKnown => _secondsOfCost.Count > 0;

    /// <summary>Learns of an epoch.</summary>
    public void Add(Recipe recipe, double seconds) => _secondsOfCost.Add(seconds / CostOf(recipe));

    /// <summary>Seconds of an epoch; 0 before anything is known.</summary>
    public double SecondsOf(ExperimentTrial? trial, Recipe recipe)
    {
        if (trial is { Course.Epochs: > 0 }) return trial.Course.SecondsOfEpoch;
        return _secondsOfCost.Count == 0 ? 0 : CostOf(recipe) * _secondsOfCost.Order().ElementAt(_secondsOfCost.Count / 2);
    }

    private double CostOf(Recipe recipe) => ModelCost.Of(recipe.ToConfig(outputs)).Total;
}
