using System.Diagnostics;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>Shows how far long work is on the error stream: a live bar for a person, a line now and then for a log.</summary>
internal static class WorkProgress
{
    private static readonly TimeSpan s_linePeriod = TimeSpan.FromSeconds(10);

    /// <summary>Runs work that calls its argument once for each finished item.</summary>
    /// <param name="console">Where to show it.</param>
    /// <param name="what">What an item is, in the plural.</param>
    /// <param name="total">How many items there are.</param>
    /// <param name="live">Whether a live bar would not collide with results on the same screen.</param>
    /// <param name="work">The work.</param>
    public static Task RunAsync(ToolConsole console, string what, int total, bool live, Func<Action, Task> work) =>
        live && console.ShowsProgress ? RunLiveAsync(console, what, total, work) : RunWithLinesAsync(console, what, total, work);

    private static Task RunLiveAsync(ToolConsole console, string what, int total, Func<Action, Task> work) =>
        console.Ansi.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RateColumn(what), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(what, maxValue: total);
                await work(() => task.Increment(1)).ConfigureAwait(false);
            });

    private static Task RunWithLinesAsync(ToolConsole console, string what, int total, Func<Action, Task> work)
    {
        var clock = Stopwatch.StartNew();
        var next = s_linePeriod;
        int done = 0;
        return work(() =>
        {
            done++;
            if (clock.Elapsed < next) return;
            next = clock.Elapsed + s_linePeriod;
            double rate = done / clock.Elapsed.TotalSeconds;
            console.Warn($"{done} of {total} {what}, {rate:0.0} a second, {TimeSpan.FromSeconds((total - done) / rate):h\\:mm\\:ss} left");
        });
    }

    private sealed class RateColumn(string what) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text($"{task.Speed ?? 0:0.0} {what}/s");
    }
}
