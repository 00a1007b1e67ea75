using System.CommandLine;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Batches;
using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Training.Recipes;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Images;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>data show</c>: a contact sheet of clips as a model sees them while it learns.</summary>
internal static class DataShowVerb
{
    private static readonly Recipe s_plain = new() { Name = "default" };

    public static Verb Create(ToolConsole console)
    {
        var source = new DataSource();
        var output = new Option<string>("--output") { Description = "The sheet, a PNG file: a row for each clip.", HelpName = "sheet.png", Required = true };
        var recipe = new Option<string?>("--recipe") { Description = "A published recipe's name or a recipe file (default: what train does without one).", HelpName = "NAME|FILE" };
        var clips = new Option<int>("--clips") { Description = "Clips of the batch that is shown.", HelpName = "N", DefaultValueFactory = _ => 8 };
        clips.OnlyAbove(1);
        var frames = new Option<int?>("--frames") { Description = "Frames of a clip (default: the recipe's).", HelpName = "N" };
        frames.OnlyAbove(1);
        var size = new Option<FrameSize?>("--size") { Description = "Size of a frame (default: the recipe's).", HelpName = "S", CustomParser = FrameSize.Parse };
        var seed = new Option<int>("--seed") { Description = "Seed of the training whose first batch is shown.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var epoch = new Option<int>("--epoch") { Description = "The epoch whose first batch is shown.", HelpName = "N", DefaultValueFactory = _ => 1 };
        epoch.OnlyAbove(1);
        var verb = new Verb(
            "show",
            "Draw a contact sheet of clips as a model sees them while it learns.",
            "data show clips --output sheet.png",
            "data show train.csv --recipe k400-tiny-f8 --clips 4 --seed 7 --output sheet.png") { output, recipe, clips, frames, size, seed, epoch };
        source.AddTo(verb);
        verb.SetAction((parsed, cancellation) =>
        {
            var plan = parsed.GetValue(recipe) is { } name ? RecipesVerb.Find(name) : s_plain;
            plan = plan with { Model = plan.Model with { Frames = parsed.GetValue(frames) ?? plan.Model.Frames } };
            var options = plan.ToTrainingOptions() with { BatchSize = parsed.GetValue(clips), Seed = parsed.GetValue(seed), OnFailure = FailurePolicy.Skip };
            var splits = source.Read(parsed);
            var list = splits.Training ?? splits.Parts.First().List;
            var set = new SampledClips(list, source.Labels(parsed, splits, list), plan.ToSampling());
            var names = source.Task(parsed) == TrainingTask.Classification ? source.Classes(parsed, splits) : null;
            return Task.FromResult(Show(set, names, plan, parsed.GetValue(size), options, parsed.GetValue(epoch), parsed.GetValue(output)!, console, cancellation));
        });
        return verb;
    }

    private static int Show(SampledClips set, ClassNames? names, Recipe recipe, FrameSize? size, TrainingOptions options, int epoch, string output, ToolConsole console, CancellationToken cancellation)
    {
        var config = recipe.ToConfig(names?.Count);
        if (size is { } given) config = config with { Height = given.Height, Width = given.Width };
        var seen = BatchPreview.FirstBatch(set, config, options, epoch, failure => console.Warn($"left out: {failure.Message}"), cancellation);
        ContactSheet.Write(output, Joined(seen), columns: config.Frames);
        for (int row = 0; row < seen.Count; row++) console.Warn($"row {row + 1}: {seen[row].Name} ({(names is null ? $"{seen[row].Label.Target:G6}" : names.Names[seen[row].Label.ClassIndex])})");
        console.Out.WriteLine(output);
        return ExitCode.Success;
    }

    /// <summary>All clips' frames one after another, each numbered within its clip.</summary>
    private static VideoClip Joined(IReadOnlyList<SeenClip> clips)
    {
        var first = clips[0].Pixels;
        var frames = clips.SelectMany(clip => Enumerable.Range(0, clip.Pixels.Frames).Select(clip.Pixels.FrameMemory)).ToList();
        return new VideoClip("clips", first.Height, first.Width, frames, [.. Enumerable.Range(0, frames.Count).Select(i => i % first.Frames)]);
    }
}
