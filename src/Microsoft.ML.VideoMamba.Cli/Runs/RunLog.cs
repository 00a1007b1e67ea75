using System.Text.Json;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Cli.Runs;

/// <summary>A training's log: a JSON object a line for each epoch. A run that goes on repeats no line: what it does again replaces what was there.</summary>
internal sealed class RunLog
{
    private readonly string _path;
    private readonly List<(int Epoch, string Line)> _lines = [];

    public RunLog(string path)
    {
        _path = path;
        if (!File.Exists(path)) return;
        foreach (string line in File.ReadLines(path))
        {
            if (EpochOf(line) is { } epoch) _lines.Add((epoch, line));
        }
    }

    /// <summary>Adds an epoch. The file is written anew, beside its place, and renamed.</summary>
    public void Add(EpochMetrics epoch)
    {
        _lines.RemoveAll(line => line.Epoch >= epoch.Epoch);
        _lines.Add((epoch.Epoch, Line(epoch)));
        AtomicFile.WriteText(_path, string.Concat(_lines.Select(line => line.Line + "\n")));
    }

    private static string Line(EpochMetrics epoch) => JsonLines.Line(new
    {
        epoch = epoch.Epoch,
        train_loss = epoch.TrainLoss,
        validation_loss = epoch.ValidationLoss,
        validation_top1 = epoch.ValidationTop1,
        lr = epoch.LearningRate,
        seconds = epoch.Seconds,
        clips_per_s = epoch.ClipsPerSecond,
    });

    private static int? EpochOf(string line)
    {
        try
        {
            using var row = JsonDocument.Parse(line);
            return row.RootElement.GetProperty("epoch").GetInt32();
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
