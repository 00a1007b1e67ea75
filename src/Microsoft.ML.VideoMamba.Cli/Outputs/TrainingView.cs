using Microsoft.ML.VideoMamba.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>Shows a training on the error stream: for a person a table that changes in place, for a log a line an epoch.</summary>
internal sealed class TrainingView(ToolConsole console) : IProgress<TrainingProgress>
{
    private const int EpochsShown = 8;

    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(200);

    private readonly List<EpochMetrics> _epochs = [];
    private LiveDisplayContext? _live;
    private TrainingProgress? _progress;
    private DateTime _shown;

    /// <summary>Runs a training that reports here.</summary>
    public T Run<T>(Func<T> training)
    {
        if (!console.ShowsProgress) return training();
        return console.Ansi.Live(new Text("decoding the first clips …")).AutoClear(false).Start(context =>
        {
            _live = context;
            try
            {
                return training();
            }
            finally
            {
                Refresh();
                _live = null;
            }
        });
    }

    /// <summary>Says something that stays.</summary>
    public void Warn(string message)
    {
        if (_live is null) console.Warn(message);
        else console.Ansi.WriteLine($"videomamba: {message}");
    }

    public void Report(TrainingProgress value)
    {
        _progress = value;
        if (_live is not null && DateTime.UtcNow - _shown > s_period) Refresh();
    }

    public void EpochDone(EpochMetrics epoch)
    {
        _epochs.Add(epoch);
        if (_live is not null) Refresh();
        else console.Warn(Line(epoch));
    }

    private void Refresh()
    {
        if (_progress is null && _epochs.Count == 0) return;
        _live!.UpdateTarget(new Rows(Table(), Footer()));
        _live.Refresh();
        _shown = DateTime.UtcNow;
    }

    private string Line(EpochMetrics epoch)
    {
        string validation = epoch.ValidationTop1 is { } top1 ? $", validation top-1 {top1:0.000}, loss {epoch.ValidationLoss:0.0000}" : epoch.ValidationLoss is { } loss ? $", validation loss {loss:G5}" : "";
        string left = _progress is null ? "" : $", {TimeSpan.FromSeconds(Math.Round(_progress.Remaining.TotalSeconds))} left";
        return $"epoch {epoch.Epoch}{(_progress is null ? "" : $" of {_progress.Epochs}")}: loss {epoch.TrainLoss:0.0000}{validation}, {epoch.ClipsPerSecond:0.0} clips/s{left}";
    }

    private Table Table()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("epoch", "loss", "validation loss", "top-1", "lr", "clips/s", "seconds");
        foreach (var column in table.Columns) column.RightAligned();
        double? best = _epochs.Max(epoch => epoch.ValidationTop1);
        foreach (var epoch in _epochs.TakeLast(EpochsShown))
        {
            table.AddRow(
                $"{epoch.Epoch}", $"{epoch.TrainLoss:0.0000}", epoch.ValidationLoss is { } loss ? $"{loss:0.0000}" : "-",
                epoch.ValidationTop1 is { } top1 ? (top1 == best ? $"[green]{top1:0.000}[/]" : $"{top1:0.000}") : "-", $"{epoch.LearningRate:0.0e+0}", $"{epoch.ClipsPerSecond:0.0}", $"{epoch.Seconds:0.0}");
        }

        return table;
    }

    private IRenderable Footer()
    {
        if (_progress is not { } now) return new Text("");
        double done = (double)now.Step / now.Steps;
        int filled = (int)Math.Round(40 * done);
        return new Markup($"epoch {now.Epoch}/{now.Epochs}  [green]{new string('━', filled)}[/]{new string('─', 40 - filled)} {done:P0}  loss {now.Loss:0.0000}  lr {now.LearningRate:0.0e+0}  {now.ClipsPerSecond:0.0} clips/s  {TimeSpan.FromSeconds(Math.Round(now.Remaining.TotalSeconds))} left");
    }
}
