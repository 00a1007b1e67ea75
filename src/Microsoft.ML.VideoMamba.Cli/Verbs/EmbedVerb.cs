using System.CommandLine;
using Microsoft.ML.VideoMamba.Cli.Inputs;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Inference;
using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>embed</c>: the features of videos.</summary>
internal static class EmbedVerb
{
    public static Verb Create(ToolConsole console)
    {
        var network = new NetworkOptions();
        var pooling = new Option<Pooling>("--pooling") { Description = "cls, mean, frames, tokens, or layer:K with K from 0.", HelpName = "POOLING", DefaultValueFactory = _ => Pooling.Cls, CustomParser = ParsePooling };
        var output = new Option<string?>("--output") { Description = "A .jsonl, .npy (paths beside it in .npy.txt) or .parquet file instead of standard output.", HelpName = "FILE" };
        output.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !EmbeddingFiles.IsKnown(result.Tokens[0].Value)) result.AddError($"--output must end in {string.Join(", ", EmbeddingFiles.Extensions)}; it is {result.Tokens[0].Value}.");
        });
        var json = CommonOptions.Json();
        var paths = PathArguments.Create("Videos, images, folders of them (sub-folders included), folders of numbered frames; patterns; - for paths on standard input.");
        var verb = new Verb(
            "embed",
            "Turn videos into vectors, averaged over views.",
            "embed --checkpoint videomamba_t16_k400_f8_res224.pth videos --output features.npy",
            "embed --model model.zip --pooling frames clip.mp4 --json")
        {
            paths,
        };
        network.AddTo(verb);
        foreach (Option option in new Option[] { pooling, output, json }) verb.Options.Add(option);
        verb.SetAction(async (parsed, cancellation) =>
        {
            using var predictor = network.Load(parsed, labels: null, console);
            var chosen = parsed.GetValue(pooling)!;
            CheckLayer(chosen, predictor.Model.Config);
            var inputs = InputPaths.Expand(parsed.GetValue(paths)!, console.In, predictor.Model.Config.IsVideo).ToList();
            return parsed.GetValue(output) is { } file
                ? await WriteFileAsync(predictor, inputs, chosen, file, parsed.GetValue(json), console, cancellation).ConfigureAwait(false)
                : await WriteRowsAsync(predictor, inputs, chosen, parsed.GetValue(json), console, cancellation).ConfigureAwait(false);
        });
        return verb;
    }

    private static async Task<int> WriteRowsAsync(VideoMambaPredictor predictor, IReadOnlyList<InputPath> inputs, Pooling pooling, bool json, ToolConsole console, CancellationToken cancellation)
    {
        var report = new RowReport(console, json);
        await VideoRun.RunAsync(console, predictor, inputs, report, resultsOnScreen: !Console.IsOutputRedirected, (path, clips) =>
        {
            var features = predictor.Embed(clips, pooling);
            report.Success(
                new { path, embedding = new Embedding(path, features.Values, features.Shape).Nested },
                $"{path}: ({string.Join(", ", features.Shape)}) [{string.Join(", ", features.Values.Take(6).Select(value => $"{value:0.0000}"))}{(features.Values.Length > 6 ? ", …" : "")}]");
        }, cancellation).ConfigureAwait(false);
        return report.ExitCode;
    }

    /// <summary>Writes a file that holds every input that succeeded; after Ctrl+C those done by then.</summary>
    private static async Task<int> WriteFileAsync(
        VideoMambaPredictor predictor, IReadOnlyList<InputPath> inputs, Pooling pooling, string path, bool json, ToolConsole console, CancellationToken cancellation)
    {
        var metadata = new Dictionary<string, string> { ["videomamba.pooling"] = pooling.ToString(), ["videomamba.decoder"] = VideoDecoder.Describe() };
        using var file = EmbeddingFiles.Create(path, metadata);
        var report = new RowReport(console, json);
        try
        {
            await VideoRun.RunAsync(console, predictor, inputs, report, resultsOnScreen: false, (input, clips) =>
            {
                var features = predictor.Embed(clips, pooling);
                file.Add(new Embedding(input, features.Values, features.Shape));
                report.Success();
            }, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (report.ExitCode == ExitCode.Success) await file.CompleteAsync().ConfigureAwait(false);
        }

        return report.ExitCode;
    }

    private static void CheckLayer(Pooling pooling, VideoMambaConfig config)
    {
        if (pooling.LayerIndex >= config.Depth) throw new UsageException($"--pooling {pooling}: the network's layers are 0 to {config.Depth - 1}.");
    }

    private static Pooling ParsePooling(System.CommandLine.Parsing.ArgumentResult result)
    {
        try
        {
            return Pooling.Parse(result.Tokens.Single().Value);
        }
        catch (FormatException e)
        {
            result.AddError(e.Message);
            return Pooling.Cls;
        }
    }
}
