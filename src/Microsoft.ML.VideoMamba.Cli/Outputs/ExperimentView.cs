using System.Text.Json;
using Microsoft.ML.VideoMamba.Reports;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>Shows an experiment on the error stream: for a person a leaderboard that changes in place, for a log a line a trial.</summary>
/// <param name="console">Where to.</param>
/// <param name="metric">What trials are judged by.</param>
/// <param name="heard">Called with each report, behind its being shown.</param>
internal sealed class ExperimentView(ToolConsole console, ExperimentMetric metric, Action<ExperimentProgress> heard) : IProgress<ExperimentProgress>, IProgress<ClipsRead>
{
    private const int TrialsShown = 8, BarLength = 40;

    private readonly string _metric = ExperimentMetrics.NameOf(metric);
    private LiveDisplayContext? _live;

    /// <summary>Runs an experiment that reports here.</summary>
    public T Run<T>(Func<T> experiment)
    {
        if (!console.ShowsProgress) return experiment();
        return console.Ansi.Live(new Text("decoding clips …")).AutoClear(false).Start(context =>
        {
            _live = context;
            try
            {
                return experiment();
            }
            finally
            {
                _live = null;
            }
        });
    }

    public void Report(ExperimentProgress value)
    {
        if (_live is not null)
        {
            _live.UpdateTarget(new Rows(Table(value), Footer(value)));
            _live.Refresh();
        }
        else if (value.Trial.State != TrialState.Running)
        {
            console.Warn(Line(value));
        }

        heard(value);
    }

    /// <summary>Says something that stays.</summary>
    public void Warn(string message)
    {
        if (_live is null) console.Warn(message);
        else console.Ansi.WriteLine($"videomamba: {message}");
    }

    public void Report(ClipsRead value)
    {
        if (_live is not null)
        {
            _live.UpdateTarget(new Text($"decoding clips: {value.Read} of {value.Count}"));
            _live.Refresh();
        }
        else if (value.Read == value.Count)
        {
            Warn($"{value.Count} clips are decoded.");
        }
    }

    private string Line(ExperimentProgress progress)
    {
        var trial = progress.Trial;
        // Why it failed was said already.
        string result = trial.Error is not null ? "" : trial.Metric is { } value ? $": {_metric} {value:G4}" : ": not measured";
        string best = progress.Best is { } found ? $"; best: trial {found.Number}, {found.Metric:G4}" : "";
        return $"trial {trial.Number} {Name(trial.State)} behind epoch {trial.Epochs}{result}, {trial.Seconds:0} s{best}; {Time(progress)}";
    }

    private Table Table(ExperimentProgress progress)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("trial", _metric, "epochs", "seconds", "state", "other than the first");
        foreach (var column in table.Columns.Take(4)) column.RightAligned();
        var shown = Leaderboard.Ranked(progress.Trials, metric).Take(TrialsShown).ToList();
        if (!shown.Exists(trial => trial.Number == progress.Trial.Number)) shown.Add(progress.Trial);
        foreach (var trial in shown)
        {
            string value = trial.Metric is { } measured ? $"{measured:0.0000}" : "-";
            table.AddRow($"{trial.Number}", trial.Number == progress.Best?.Number ? $"[green]{value}[/]" : value, $"{trial.Epochs}", $"{trial.Seconds:0}", Name(trial.State), Markup.Escape(trial.Error ?? Differences(trial, progress.Trials[0])));
        }

        return table;
    }

    private static IRenderable Footer(ExperimentProgress progress)
    {
        if (progress.Time is not { } all) return new Text($"{progress.Trials.Count} trials, {Time(progress)}");
        int filled = (int)Math.Round(BarLength * Math.Clamp(progress.Elapsed / all, 0, 1));
        return new Markup($"[green]{new string('━', filled)}[/]{new string('─', BarLength - filled)} {progress.Trials.Count} trials, {Time(progress)}");
    }

    private static string Time(ExperimentProgress progress) =>
        progress.Time is { } all ? $"{Whole(progress.Elapsed)} of {Whole(all)}, {Whole(all > progress.Elapsed ? all - progress.Elapsed : TimeSpan.Zero)} left" : $"{Whole(progress.Elapsed)}";

    private static TimeSpan Whole(TimeSpan time) => TimeSpan.FromSeconds(Math.Round(time.TotalSeconds));

    /// <summary>By their last names, so that they fit on a line.</summary>
    private static string Differences(Trial trial, Trial first) => string.Join(' ', trial.Parameters
        .Where(parameter => !first.Parameters.TryGetValue(parameter.Key, out var other) || !JsonElement.DeepEquals(parameter.Value, other))
        .Select(parameter => $"{parameter.Key.Split('.')[^1]}={parameter.Value.GetRawText()}"));

    private static string Name(TrialState state) => state.ToString().ToLowerInvariant();
}
