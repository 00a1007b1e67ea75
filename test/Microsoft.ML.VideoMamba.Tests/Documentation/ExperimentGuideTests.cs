using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba;
using Microsoft.ML.VideoMamba.Tests;
using Microsoft.ML.VideoMamba.Tests.Documentation;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Recipes;
using Microsoft.ML.VideoMamba.Video;
using static Guide.GuideTests;

namespace Guide;

/// <summary>The snippets of docs/experiments.md, run in a folder that holds the files that they name.</summary>
[TestClass]
[DoNotParallelize]
public sealed class ExperimentGuideTests
{
    private static GuideFolder s_folder = null!;

    [ClassInitialize]
    public static void Enter(TestContext context) => s_folder = new GuideFolder();

    [ClassCleanup]
    public static void Leave() => s_folder.Dispose();

    [TestMethod]
    public void OneCall()
    {
        // Ten minutes are the readers' to spend: an epoch or two are enough here.
        using var source = new CancellationTokenSource();
        var cancellation = source.Token;
        var watch = Task.Run(async () =>
        {
            string state = Path.GetFullPath(Path.Combine("search", "trials", "0001", "state", "fold-0", "last.safetensors"));
            while (!File.Exists(state)) await Task.Delay(100);
            await source.CancelAsync();
        });
        #region one call
        var ml = new MLContext(seed: 1);
        var experiment = ml.MulticlassClassification.CreateVideoMambaExperiment(new VideoMambaExperimentSettings
        {
            MaxExperimentTimeInSeconds = 600,
            OutputDirectory = "search",
            CancellationToken = cancellation,                                           // ends it within a step or while clips are read; the result is then the best so far
            Resume = true,                                                              // go on, if there is something to go on with
        });
        var result = experiment.Execute("clips");                                       // one sub-folder for each class
        Console.WriteLine($"trial {result.BestRun!.Trial}: {result.BestRun.Metric:P0}, {result.BestRun.ModelPath}");
        var scored = result.BestRun.Model!.Transform(ml.Data.LoadFromEnumerable([new VideoPath { Path = "clip.mp4" }]));
        #endregion

        watch.GetAwaiter().GetResult();
        Assert.IsTrue(result.Cancelled);
        Assert.Contains(scored.GetColumn<string>("PredictedLabel").Single(), TinyClips.Classes);
    }

    [TestMethod]
    public void OnDataViews()
    {
        var ml = new MLContext(seed: 1);
        var recipe = SmallRecipe.Of(TrainingTask.Classification) with
        {
            Model = new RecipeModel { Depth = 1, Frames = TinyClips.Frames, Tubelet = 2, Size = TinyTrainer.Size, Patch = 8 },
            Schedule = new RecipeSchedule { Epochs = 2, StepSize = 4, RateRule = RateRule.Fixed, WarmupEpochs = 0 },
        };
        var told = new List<int>();
        var progressHandler = new Listener(run => told.Add(run.Trial));
        #region data views
        var settings = new VideoMambaExperimentSettings
        {
            MaxExperimentTimeInSeconds = null,
            MaxModels = 3,
            OptimizingMetric = ExperimentMetric.MacroAccuracy,
            BalanceClasses = true,
            Tuner = TunerKind.Asha,
            Recipe = recipe,
            SearchSpace = new RecipeSpace(
            [
                new RangeParameter("schedule.learning_rate", 1e-4, 1e-2) { Scale = RangeScale.Log },
                ChoiceParameter.Of("model.depth", 1, 2),
            ]),
        };
        var featurizer = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Transforms.LoadVideoFrames("Video", "Path"));
        var result = ml.MulticlassClassification.CreateVideoMambaExperiment(settings)
            .Execute(ml.Data.LoadFromEnumerable(VideoFolder.Read("clips")), numberOfCVFolds: 2, featurizer, progressHandler);
        foreach (var run in result.RunDetails) Console.WriteLine($"{run.Trial}: {run.Metric:0.000}, {run.RuntimeInSeconds:0} s {run.Exception?.Message}");
        #endregion

        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, told);
        Directory.Delete(result.OutputDirectory, recursive: true);
    }

    private sealed class Listener(Action<VideoMambaRunDetail> heard) : IProgress<VideoMambaRunDetail>
    {
        public void Report(VideoMambaRunDetail value) => heard(value);
    }
}
