using System.Text.Json;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba;

/// <summary>One trial of a <see cref="VideoMambaExperiment"/>.</summary>
public sealed class VideoMambaRunDetail
{
    private readonly Trial _trial;
    private readonly Lazy<ITransformer?> _model;

    internal VideoMambaRunDetail(Trial trial)
    {
        _trial = trial;
        _model = new Lazy<ITransformer?>(() => trial.Model is null ? null : new MLContext().Model.Load(trial.Model, out _));
    }

    /// <summary>The trial's number, from 1.</summary>
    public int Trial => _trial.Number;

    /// <summary>What was trained.</summary>
    public string TrainerName { get; } = "VideoMamba";

    /// <summary>The trial's own values, by the recipe's fields.</summary>
    public IReadOnlyDictionary<string, JsonElement> Parameters => _trial.Parameters;

    /// <summary>Where the trial stands.</summary>
    public TrialState State => _trial.State;

    /// <summary>The metric on the clips held out, the mean over the folds; null where it failed before its first epoch.</summary>
    public double? Metric => _trial.Metric;

    /// <summary>The metric of the weights that were kept behind each epoch.</summary>
    public IReadOnlyList<double> MetricOfEpochs => _trial.Course;

    /// <summary>Epochs that it was trained.</summary>
    public int Epochs => _trial.Epochs;

    /// <summary>Seconds that it was trained.</summary>
    public double RuntimeInSeconds => _trial.Seconds;

    /// <summary>What the trial trains by; <see cref="VideoMambaTrainer.Options.FromRecipe"/> takes it as a file. Null where its values make no recipe.</summary>
    public Recipe? Recipe => _trial.Recipe;

    /// <summary>The model's zip, or null where there is none.</summary>
    public string? ModelPath => _trial.Model;

    /// <summary>The model, loaded from its zip when it is first asked for; null where there is none. Of folds it is the best one's.</summary>
    public ITransformer? Model => _model.Value;

    /// <summary>Why the trial failed, or null.</summary>
    public Exception? Exception => _trial.Exception ?? (_trial.Error is null ? null : new ExperimentException(_trial.Error));

    internal Trial Snapshot => _trial;
}
