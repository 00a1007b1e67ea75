using Microsoft.ML.VideoMamba.Cli.Inputs;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Training.Inference;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary>Runs a network over inputs: files are decoded ahead on all cores, each result goes out in the inputs' order, a failed input costs its row.</summary>
internal static class VideoRun
{
    /// <param name="console">Where to show progress.</param>
    /// <param name="predictor">The network.</param>
    /// <param name="inputs">What to run it over.</param>
    /// <param name="report">Gets the failures.</param>
    /// <param name="resultsOnScreen">Whether rows go to the screen as they come: a live bar would collide with them.</param>
    /// <param name="handle">Gets each input's clips.</param>
    /// <param name="cancellation">Ends the run.</param>
    public static Task RunAsync(
        ToolConsole console, VideoMambaPredictor predictor, IReadOnlyList<InputPath> inputs, RowReport report, bool resultsOnScreen,
        Action<string, IReadOnlyList<VideoClip>> handle, CancellationToken cancellation)
    {
        var reader = new ClipReader(new ClipReaderOptions { OnFailure = FailurePolicy.Skip });
        return WorkProgress.RunAsync(console, "videos", inputs.Count, live: !resultsOnScreen, done =>
        {
            var found = inputs.Where(input => input.Error is null).Select(input => input.Path).ToList();
            using var results = reader.Read(found, (_, length) => predictor.Pick(length), cancellation).GetEnumerator();
            foreach (var input in inputs)
            {
                cancellation.ThrowIfCancellationRequested();
                if (input.Error is not null) report.Failure(input.Path, input.Error);
                else if (results.MoveNext() && results.Current.Error is { } error) report.Failure(input.Path, error.Message);
                else
                {
                    if (results.Current.Clips.Max(clip => clip.Gaps) is var gaps and > 0) console.Warn($"{input.Path}: damaged in {gaps} place{(gaps == 1 ? "" : "s")}; the frames around it were used.");
                    Handle(input.Path, results.Current.Clips, report, handle);
                }

                done();
            }

            return Task.CompletedTask;
        });
    }

    /// <summary>A clip that does not fit the network fails as a file that cannot be read does.</summary>
    private static void Handle(string path, IReadOnlyList<VideoClip> clips, RowReport report, Action<string, IReadOnlyList<VideoClip>> handle)
    {
        try
        {
            handle(path, clips);
        }
        catch (ArgumentException e)
        {
            report.Failure(path, e.Message);
        }
    }
}
