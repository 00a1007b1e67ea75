using System.Text.Json;
using Microsoft.ML.VideoMamba.Training.Experiments;

namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>An experiment as JSON: a line for each trial, once, when it is over or the experiment ends; and a last line with the best.</summary>
/// <param name="output">Where to.</param>
internal sealed class TrialLines(TextWriter output)
{
    private readonly HashSet<int> _written = [];

    /// <summary>Writes a trial that will not change any more.</summary>
    public void Add(Trial trial)
    {
        if (trial.State is TrialState.Finished or TrialState.Dropped or TrialState.Failed) Write(trial);
    }

    /// <summary>Writes the trials that might have gone on, and the best.</summary>
    public void Finish(IReadOnlyList<Trial> trials, Trial? best, string model, TimeSpan elapsed)
    {
        foreach (var trial in trials) Write(trial);
        output.WriteLine(JsonLines.Line(new
        {
            best = best is null ? null : new { trial = best.Number, metric = best.Metric, parameters = best.Parameters, model },
            trials = trials.Count,
            seconds = Math.Round(elapsed.TotalSeconds, 1),
        }));
    }

    private void Write(Trial trial)
    {
        if (!_written.Add(trial.Number)) return;
        output.WriteLine(JsonLines.Line(new
        {
            trial = trial.Number,
            state = JsonNamingPolicy.SnakeCaseLower.ConvertName(trial.State.ToString()),
            metric = trial.Metric,
            parameters = trial.Parameters,
            epochs = trial.Epochs,
            seconds = Math.Round(trial.Seconds, 1),
            model = trial.Model,
            error = trial.Error,
        }));
    }
}
