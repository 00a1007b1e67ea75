using System.Globalization;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Batches;
using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Training.Recipes;
using Microsoft.ML.VideoMamba.Video.Images;

namespace Microsoft.ML.VideoMamba.Training.Tests.Documentation;

/// <summary>The snippets of docs/recipes.md and docs/data.md, run in a folder that holds the files that they name; and the table of recipes.</summary>
[TestClass]
[DoNotParallelize] // Trainings share torch's generator, and the snippets the working folder.
public sealed class RecipeGuideTests
{
    private static TemporaryFolder s_folder = null!;
    private static WorkingFolder s_working = null!;

    [ClassInitialize]
    public static void Enter(TestContext context)
    {
        s_folder = new TemporaryFolder();
        s_working = new WorkingFolder(s_folder.FullName);
        var rows = new List<string> { "path,label" };
        foreach (var (clip, label) in ToyClips.Pairs(perClass: 4, classes: 3))
        {
            string folder = Path.Combine("clips", $"class {label.ClassIndex}", clip.Path);
            FrameImage.WriteAll(folder, clip);
            rows.Add($"\"{folder}\",class {label.ClassIndex}");
        }

        File.WriteAllLines("train.csv", rows);
        File.WriteAllLines("films.csv", ["film 1.mp4,3,150", "film 2.mp4,0,40"]);
    }

    [ClassCleanup]
    public static void Leave()
    {
        s_working.Dispose();
        s_folder.Dispose();
    }

    [TestMethod]
    public void TheTableIsTheRecipeBooks()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryPaths.Root, "docs", "recipes.md")).ReplaceLineEndings("\n");
        string table = Table();

        Assert.IsTrue(page.Contains(table, StringComparison.Ordinal), $"docs/recipes.md must hold this table:\n{table}");
    }

    [TestMethod]
    public void ARecipeInCode()
    {
        #region recipe
        var recipe = RecipeBook.Find("k400-tiny-f8") with { Name = "mine", Checkpoint = null };
        recipe = recipe with
        {
            Model = recipe.Model with { Depth = 2, Size = 32, Patch = 8 },
            Schedule = recipe.Schedule with { Epochs = 2 },
            Augmentation = recipe.Augmentation with { Policy = "rand-m5-n2", Flip = false },
        };
        RecipeFile.Write(recipe, "mine.json");                                      // every field, to be edited
        var again = RecipeFile.Read("mine.json");                                   // strict: a field that is unknown is an error with its line
        #endregion
        Assert.AreEqual(recipe, again);

        #region train
        var list = DataList.Read("train.csv");
        var classes = ClassNames.Of(list);
        var clips = new SampledClips(list, classes.LabelsOf(list), recipe.ToSampling());
        var run = new TrainingRun(recipe.ToConfig(classes.Count), recipe.ToTrainingOptions(batchSize: 4));
        using var model = run.Fit(clips).Model;
        #endregion
        Assert.AreEqual(3, model.Config.Classes);
    }

    [TestMethod]
    public void Lists()
    {
        #region lists
        var own = DataList.Read("clips");                                           // a sub-folder for each class
        var csv = DataList.Read("train.csv");                                       // a header names path and label, or: path,label / path label
        var films = DataList.Read("films.csv", new() { Format = ListFormat.PathLabelDuration, Prefix = "/films" });

        var classes = ClassNames.Of(csv);                                           // names in ordinal order
        var labels = classes.LabelsOf(csv);                                         // errors name the row
        var scenes = ClassNames.Numbered(Dataset.Find("lvu-scene").Classes).LabelsOf(films);
        var windows = new SampledClips(films, scenes, new SamplingOptions { Sampling = ClipSampling.Windows, Frames = 32 });
        #endregion
        Assert.AreEqual((12, 12, 3, 12, 9), (own.Rows.Count, csv.Rows.Count, classes.Count, labels.Count, windows.Count));
        Assert.AreEqual(Path.Combine("/films", "film 1.mp4"), films.Rows[0].Path);

        #region check
        var summary = new DataSummary([.. DataCheck.Run(csv)]);                     // decodes every video, all cores at work
        Console.WriteLine($"{summary.Failed.Count} of {summary.Rows} cannot be read");
        foreach (var row in summary.Failed) Console.WriteLine($"line {row.Row.Line}: {row.Error}");
        #endregion
        Assert.AreEqual((12, 0), (summary.Rows, summary.Failed.Count));
    }

    [TestMethod]
    public void WhatAModelSees()
    {
        var recipe = RecipeBook.Find("k400-tiny-f8");
        recipe = recipe with { Model = recipe.Model with { Size = 32 } };
        var list = DataList.Read("train.csv");
        var clips = new SampledClips(list, ClassNames.Of(list).LabelsOf(list), recipe.ToSampling());

        #region show
        var seen = BatchPreview.FirstBatch(clips, recipe.ToConfig(), recipe.ToTrainingOptions(batchSize: 4));
        ContactSheet.Write("sheet.png", seen[0].Pixels);
        #endregion
        Assert.HasCount(8, seen, "Two versions of each of four clips");
        Assert.IsTrue(File.Exists("sheet.png"));
    }

    [TestMethod]
    public void OwnAugmentation()
    {
        var config = ToyClips.Config;
        var clip = ToyClips.Clip(0, seed: 1, frames: 9);

        #region augment
        var augmentation = ClipAugmentation.Kinetics with { Policy = "rand-m9-n2-mstd0.5-inc1", Flip = false, Erasing = new RandomErasing { Mode = ErasingMode.Rand } };
        var preparation = new ClipPreparation(config, augmentation);
        var input = new float[preparation.InputLength];
        preparation.Training(clip, new Random(7), input);                           // the same seed gives the same input, on any thread
        #endregion
        Assert.IsTrue(input.All(float.IsFinite));
    }

    private static string Table()
    {
        var lines = new List<string>
        {
            "| recipe | network | frames | pixels | epochs | rate | step | weight decay | drop path | starts from | published |",
            "|---|---|---|---|---|---|---|---|---|---|---|",
        };
        lines.AddRange(RecipeBook.All.Select(recipe => string.Create(
            CultureInfo.InvariantCulture,
            $"| `{recipe.Name}` | {recipe.Model.Arch} | {(recipe.Model.Frames is { } frames ? frames : "image")} | {recipe.Model.Size} | {recipe.Schedule.Epochs} | {recipe.Schedule.LearningRate:0e-0} | {recipe.Schedule.StepSize} | {Decay(recipe)} | {recipe.Model.DropPath} | {Start(recipe)} | {recipe.Published!.Metric} {recipe.Published.Value:0.0#} |")));
        return string.Join('\n', lines);
    }

    private static string Decay(Recipe recipe) => recipe.Optimizer.WeightDecay.ToString(recipe.Optimizer.WeightDecay < 1e-3 ? "0e-0" : "R", CultureInfo.InvariantCulture);

    private static string Start(Recipe recipe) => recipe.Checkpoint is { } checkpoint ? $"`{checkpoint}`" : recipe.Distillation is { } taught ? $"scratch, teacher `{taught.Teacher}`" : "scratch";
}
