using Microsoft.ML.VideoMamba.Cli.Inputs;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>probe</c>: what decoding says of videos, as their headers lie.</summary>
internal static class ProbeVerb
{
    public static Verb Create(ToolConsole console)
    {
        var paths = PathArguments.Create("Videos, images or folders of them (sub-folders included); patterns; - for paths on standard input, a line each.");
        var json = CommonOptions.Json();
        var verb = new Verb("probe", "Decode videos to the end and say what they are.", "probe clip.mp4", "probe videos --json > videos.jsonl") { paths, json };
        verb.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(paths)!, parsed.GetValue(json), console, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(string[] paths, bool json, ToolConsole console, CancellationToken cancellation)
    {
        var inputs = InputPaths.Expand(paths, console.In, frameFolders: false).ToList();
        var report = new RowReport(console, json);
        await WorkProgress.RunAsync(console, "videos", inputs.Count, live: Console.IsOutputRedirected, done =>
        {
            // A worker for each core and one decoding thread for each worker is fastest with many files; a single one may use all threads.
            var options = new VideoDecoderOptions { Threads = inputs.Count > 1 ? 1 : 0 };
            var probed = inputs.AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered).WithCancellation(cancellation)
                .Select(input => Probe(input, options, cancellation));
            foreach (var (input, info, error) in probed)
            {
                if (info is null) report.Failure(input.Path, error!);
                else Report(report, input.Path, info);
                done();
            }

            return Task.CompletedTask;
        }).ConfigureAwait(false);
        return report.ExitCode;
    }

    private static (InputPath Input, VideoInfo? Info, string? Error) Probe(InputPath input, VideoDecoderOptions options, CancellationToken cancellation)
    {
        if (input.Error is not null) return (input, null, input.Error);
        try
        {
            return (input, VideoReader.Probe(input.Path, options, cancellation), null);
        }
        catch (VideoException e)
        {
            return (input, null, e.Message);
        }
    }

    private static void Report(RowReport report, string path, VideoInfo info) => report.Success(
        new { path, frames = info.Frames, width = info.Width, height = info.Height, fps = info.FramesPerSecond, rotation = info.Rotation, codec = info.Codec, damaged = info.Damaged, backend = info.Backend },
        $"{path}: {info.Frames} frames of {info.Width}x{info.Height}, {info.FramesPerSecond:0.##} frames/s, {info.Codec}"
        + (info.Rotation != 0 ? $", turned by {info.Rotation} degrees" : "") + (info.Damaged ? $", damaged in {info.Gaps} places" : ""));
}
