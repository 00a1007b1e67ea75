using System.Text.Json;
using Microsoft.ML.VideoMamba.Training.Experiments.Tuners;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Runs;

/// <summary>A trial while the experiment runs.</summary>
/// <param name="number">From 1.</param>
/// <param name="values">Its values.</param>
/// <param name="course">How its epochs went.</param>
internal sealed class ExperimentTrial(int number, IReadOnlyDictionary<string, JsonElement> values, TrialCourse course)
{
    public int Number { get; } = number;

    public IReadOnlyDictionary<string, JsonElement> Values { get; } = values;

    public TrialCourse Course { get; } = course;

    public Recipe? Recipe { get; set; }

    /// <summary>Whether it is being trained now.</summary>
    public bool IsRunning { get; set; }

    /// <summary>Whether a step of it was begun and has not ended.</summary>
    public bool IsOpen { get; set; }

    public double Seconds { get; set; }

    public string? Error { get; set; }

    public Exception? Exception { get; set; }

    /// <summary>As it stands.</summary>
    /// <param name="tuner">Says whether it is over.</param>
    /// <param name="epochs">Epochs of a trial that is trained to its end.</param>
    /// <param name="model">Where its model is, if it is there.</param>
    public Trial Snapshot(ITuner tuner, int epochs, string model) => new(Number, Values, Recipe)
    {
        State = Error is not null ? TrialState.Failed
            : IsRunning ? TrialState.Running
            : IsOpen ? TrialState.Stopped
            : Course.Epochs >= epochs ? TrialState.Finished
            : tuner.IsOver(Number) ? TrialState.Dropped
            : TrialState.Paused,
        Epochs = Course.Epochs,
        Metric = Course.Kept?.Metric,
        Loss = Course.Kept?.Loss,
        Course = Course.Metrics,
        Seconds = Seconds,
        Error = Error,
        Exception = Exception,
        Model = File.Exists(model) ? model : null,
    };
}
