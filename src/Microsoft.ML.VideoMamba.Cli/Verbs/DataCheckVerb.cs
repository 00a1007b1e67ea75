using System.CommandLine;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Data;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>data check</c>: decodes every video of a training set and says what cannot be read, how many clips each class has and how long they are.</summary>
internal static class DataCheckVerb
{
    private const int MostListed = 20;

    public static Verb Create(ToolConsole console)
    {
        var source = new DataSource();
        var json = new Option<bool>("--json") { Description = "One JSON object for each part on standard output." };
        var verb = new Verb("check", "Decode every video: which cannot be read, how many clips each class has, how long they are.", "data check clips", "data check train.csv --prefix /videos --dataset k400 --json") { json };
        source.AddTo(verb);
        verb.SetAction((parsed, cancellation) => RunAsync(source, parsed, parsed.GetValue(json), console, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(DataSource source, ParseResult parsed, bool json, ToolConsole console, CancellationToken cancellation)
    {
        var splits = source.Read(parsed);
        foreach (var (_, list) in splits.Parts) source.Labels(parsed, splits, list);
        int readable = 0;
        foreach (var (name, list) in splits.Parts)
        {
            var rows = new List<CheckedRow>(list.Rows.Count);
            bool complete = await CheckAsync(list, rows, console, cancellation).ConfigureAwait(false);
            var summary = new DataSummary(rows);
            readable += summary.Rows - summary.Failed.Count;
            if (json) console.Out.WriteLine(JsonLines.Line(Row(name, list, summary, complete)));
            else Describe(name, list, summary, source.Task(parsed), console);
            if (!complete) return ExitCode.Cancelled;
        }

        return readable > 0 ? ExitCode.Success : ExitCode.Failure;
    }

    /// <summary>False if cancelled: what was done by then is reported all the same.</summary>
    private static async Task<bool> CheckAsync(DataList list, List<CheckedRow> rows, ToolConsole console, CancellationToken cancellation)
    {
        try
        {
            await WorkProgress.RunAsync(console, "videos", list.Rows.Count, live: true, done =>
            {
                foreach (var row in DataCheck.Run(list, cancellation))
                {
                    rows.Add(row);
                    if (row.Error is not null) console.Warn(row.Row.Line > 0 ? $"{list.Source}, line {row.Row.Line}: {row.Error}" : row.Error);
                    done();
                }

                return Task.CompletedTask;
            }).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            console.Warn($"cancelled after {rows.Count} of {list.Rows.Count} videos.");
            return false;
        }
    }

    private static object Row(string part, DataList list, DataSummary summary, bool complete) => new
    {
        part,
        source = list.Source,
        complete,
        rows = summary.Rows,
        readable = summary.Rows - summary.Failed.Count,
        failed = summary.Failed.Select(row => new { path = row.Row.Path, line = LineOf(row.Row), error = row.Error }),
        damaged = summary.Damaged.Select(row => new { path = row.Row.Path, line = LineOf(row.Row), gaps = row.Info!.Gaps }),
        repeated = summary.Repeated.Select(row => new { path = row.Path, line = LineOf(row) }),
        classes = summary.Labels.ToDictionary(label => label.Key, label => label.Value),
        seconds = Row(summary.Durations),
        frames = Row(summary.Frames),
        sizes = summary.Sizes.ToDictionary(size => size.Key, size => size.Value),
    };

    /// <summary>A folder has no lines.</summary>
    private static int? LineOf(DataRow row) => row.Line > 0 ? row.Line : null;

    private static object? Row(Spread? spread) =>
        spread is null ? null : new { min = spread.Least, median = spread.Median, mean = spread.Mean, max = spread.Most, total = spread.Total };

    private static void Describe(string part, DataList list, DataSummary summary, TrainingTask task, ToolConsole console)
    {
        int readable = summary.Rows - summary.Failed.Count;
        console.Out.WriteLine($"{part} ({list.Source}): {summary.Rows} clips, {readable} readable, {summary.Failed.Count} not");
        if (summary.Damaged.Count > 0) console.Out.WriteLine($"  damaged in places: {summary.Damaged.Count} ({Some(summary.Damaged.Select(row => row.Row.Path))})");
        if (summary.Repeated.Count > 0) console.Out.WriteLine($"  listed before: {summary.Repeated.Count} ({Some(summary.Repeated.Select(row => row.Path))})");
        if (summary.Durations is { } seconds) console.Out.WriteLine($"  seconds: {seconds.Least:0.##} to {seconds.Most:0.##}, median {seconds.Median:0.##}, together {Together(seconds.Total)}");
        if (summary.Frames is { } frames) console.Out.WriteLine($"  frames: {frames.Least:0} to {frames.Most:0}, median {frames.Median:0.#}");
        if (summary.Sizes.Count > 0) console.Out.WriteLine($"  sizes: {Some(summary.Sizes.Select(size => $"{size.Key} ({size.Value})"))}");
        if (task == TrainingTask.Regression) DescribeTargets(list, console);
        else DescribeClasses(summary, console);
    }

    private static string Together(double seconds) => seconds < 86_400 ? $"{TimeSpan.FromSeconds(seconds):h\\:mm\\:ss}" : $"{TimeSpan.FromSeconds(seconds):d\\ \\d\\ h\\:mm\\:ss}";

    private static void DescribeTargets(DataList list, ToolConsole console)
    {
        var targets = Spread.Of(RegressionTargets.Of(list).Select(label => (double)label.Target))!;
        console.Out.WriteLine($"  targets: {targets.Least:G6} to {targets.Most:G6}, median {targets.Median:G6}, mean {targets.Mean:G6}");
    }

    private static void DescribeClasses(DataSummary summary, ToolConsole console)
    {
        if (summary.Labels.Count == 0) return;
        console.Out.WriteLine($"  classes: {summary.Labels.Count}, of {summary.Labels.Min(label => label.Value)} to {summary.Labels.Max(label => label.Value)} clips");
        foreach (var (label, count) in summary.Labels.Take(MostListed)) console.Out.WriteLine($"    {label}: {count}");
        if (summary.Labels.Count > MostListed) console.Out.WriteLine($"    … and {summary.Labels.Count - MostListed} more (--json lists all)");
    }

    private static string Some(IEnumerable<string> names)
    {
        var all = names.ToList();
        return all.Count <= 5 ? string.Join(", ", all) : $"{string.Join(", ", all.Take(5))}, … {all.Count - 5} more";
    }
}
