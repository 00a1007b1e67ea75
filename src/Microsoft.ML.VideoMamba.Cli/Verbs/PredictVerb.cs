using System.CommandLine;
using Microsoft.ML.VideoMamba.Cli.Inputs;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Training.Inference;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>predict</c>: the classes of videos.</summary>
internal static class PredictVerb
{
    public static Verb Create(ToolConsole console)
    {
        var network = new NetworkOptions();
        var labels = new Option<string?>("--labels") { Description = "Names of the classes, a line each, in their order.", HelpName = "FILE" };
        var top = new Option<int>("--top") { Description = "How many classes are shown.", DefaultValueFactory = _ => 5 };
        top.OnlyAbove(1);
        var json = CommonOptions.Json();
        var paths = PathArguments.Create("Videos, images, folders of them (sub-folders included), folders of numbered frames; patterns; - for paths on standard input.");
        var verb = new Verb(
            "predict",
            "Score videos: softmax of each view, mean over views; of a network that was trained to say a number, its mean.",
            "predict --model model.zip clip.mp4",
            "predict --checkpoint videomamba_t16_k400_f8_res224.pth clip.mp4",
            "predict --checkpoint weights.safetensors --labels kinetics.txt --segments 4 --crops 3 videos --json > scores.jsonl")
        {
            paths,
        };
        network.AddTo(verb);
        foreach (Option option in new Option[] { labels, top, json }) verb.Options.Add(option);
        verb.SetAction(async (parsed, cancellation) =>
        {
            var names = parsed.GetValue(labels) is { } file ? LabelFile.Read(file) : null;
            using var predictor = network.Load(parsed, names, console);
            return await RunAsync(predictor, parsed.GetValue(paths)!, parsed.GetValue(top), parsed.GetValue(json), console, cancellation).ConfigureAwait(false);
        });
        return verb;
    }

    private static async Task<int> RunAsync(VideoMambaPredictor predictor, string[] paths, int top, bool json, ToolConsole console, CancellationToken cancellation)
    {
        if (predictor.Model.Config.Classes == 0) throw new UsageException("The network has no head: it can embed, but not predict.");
        var inputs = InputPaths.Expand(paths, console.In, predictor.Model.Config.IsVideo).ToList();
        var report = new RowReport(console, json);
        await VideoRun.RunAsync(console, predictor, inputs, report, resultsOnScreen: !Console.IsOutputRedirected, (path, clips) =>
        {
            if (predictor.IsRegression)
            {
                float value = predictor.Predict(clips);
                report.Success(new { path, value }, $"{path}: {value:G6}");
                return;
            }

            var best = predictor.Top(predictor.Score(clips), top);
            report.Success(
                new { path, top = best.Select(score => new { label = score.Label, index = score.Index, score = score.Score }) },
                $"{path}\n{string.Join('\n', best.Select(score => $"  {score.Score,7:P1}  {score.Label}"))}");
        }, cancellation).ConfigureAwait(false);
        return report.ExitCode;
    }
}
