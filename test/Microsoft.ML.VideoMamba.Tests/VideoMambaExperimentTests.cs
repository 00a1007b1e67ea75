using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>Experiments on data views and folders, and the models that they leave.</summary>
[TestClass]
[DoNotParallelize] // Trainings share torch's generator.
public sealed class VideoMambaExperimentTests : IDisposable
{
    private static readonly Recipe s_recipe = SmallRecipe.Of(TrainingTask.Classification) with
    {
        Model = new RecipeModel { Depth = 1, Frames = TinyClips.Frames, Tubelet = 2, Size = TinyTrainer.Size, Patch = 8 },
        Augmentation = ClipAugmentation.None,
        Schedule = new RecipeSchedule { Epochs = 3, StepSize = 4, RateRule = RateRule.Fixed, LearningRate = 2e-3, WarmupEpochs = 0 },
    };

    private static readonly RecipeSpace s_space = new([new RangeParameter("schedule.learning_rate", 1e-5, 1e-2) { Scale = RangeScale.Log }, ChoiceParameter.Of("model.size", 16, 24)]);

    private readonly MLContext _ml = new(seed: 1);
    private readonly TinyClips _clips = new(perClass: 5);

    private VideoMambaExperimentSettings Settings => new() { OutputDirectory = _clips["experimént"], MaxExperimentTimeInSeconds = null, MaxModels = 3, Recipe = s_recipe, SearchSpace = s_space, Tuner = TunerKind.Random, Device = "cpu", Workers = 1 };

    public void Dispose() => _clips.Dispose();

    [TestMethod]
    public void TheBestModelOfRowsScoresThem()
    {
        var clips = TinyTrainer.Clips(_ml, perClass: 5);
        var rows = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(clips).Transform(clips);
        var told = new List<VideoMambaRunDetail>();

        var result = _ml.MulticlassClassification.CreateVideoMambaExperiment(Settings).Execute(rows, progressHandler: new Listener(told.Add));

        Assert.HasCount(3, result.RunDetails);
        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, told.Select(run => run.Trial).ToArray());
        Assert.AreEqual(result.RunDetails.Max(run => run.Metric), result.BestRun!.Metric);
        Assert.IsTrue(result.RunDetails.All(run => run is { State: TrialState.Finished, Exception: null, RuntimeInSeconds: > 0, TrainerName: "VideoMamba" }));
        var metrics = _ml.MulticlassClassification.Evaluate(result.BestRun.Model!.Transform(rows));
        Assert.IsGreaterThan(0.5, metrics.MicroAccuracy);
        Assert.AreEqual(result.OutputDirectory, _clips["experimént"]);
        Assert.IsTrue(File.Exists(Path.Combine(result.OutputDirectory, "experiment.csv")));
    }

    /// <summary>The featurizer is a part of the model, as AutoML's is.</summary>
    [TestMethod]
    public void AModelTakesWhatTheFeaturizerTakes()
    {
        var videos = _ml.Data.LoadFromEnumerable(_clips.Rows);
        var featurizer = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Transforms.LoadVideoFrames("Video", "Path", frames: TinyClips.Frames));

        var result = _ml.MulticlassClassification.CreateVideoMambaExperiment(Settings).Execute(videos, numberOfCVFolds: 2, featurizer);

        var model = _ml.Model.Load(Path.Combine(result.OutputDirectory, "model.zip"), out var schema);
        Assert.IsNotNull(schema.GetColumnOrNull("Path"));
        Assert.HasCount(15, model.Transform(videos).GetColumn<float[]>("Score").ToArray());
    }

    [TestMethod]
    public void AFolderIsEnough()
    {
        var result = _ml.MulticlassClassification.CreateVideoMambaExperiment(Settings).Execute(_clips.Folder);

        var videos = _ml.Data.LoadFromEnumerable(_clips.Rows.Select(row => new PathRow { Path = row.Path }));
        var labels = result.BestRun!.Model!.Transform(videos).GetColumn<string>("PredictedLabel").ToArray();
        Assert.IsTrue(labels.All(label => TinyClips.Classes.Contains(label)));
        Assert.IsFalse(Directory.Exists(Path.Combine(result.OutputDirectory, "decoded-clips")));

        // The recipe trains outside the experiment too.
        var options = VideoMambaTrainer.Options.FromRecipe(Path.Combine(result.OutputDirectory, "recipe.json"));
        Assert.AreEqual(result.BestRun.Parameters["schedule.learning_rate"].GetDouble(), options.LearningRate);
        Assert.AreEqual(result.BestRun.Parameters["model.size"].GetInt32(), options.ImageSize);
    }

    /// <summary>Clips that do not fit in memory are files of the folder: another experiment that is refused there leaves them, and the user's.</summary>
    [TestMethod]
    public void ARefusedExperimentDeletesNothing()
    {
        var settings = Settings;
        (settings.CacheMemoryBytes, settings.MaxModels) = (0, 1);
        string decoded = Path.Combine(settings.OutputDirectory!, "decoded-clips");
        int before = 0, after = 0;
        string? refusal = null;
        VideoMambaExperiment Experiment() => _ml.MulticlassClassification.CreateVideoMambaExperiment(settings);

        Experiment().Execute(_clips.Folder, progressHandler: new Listener(_ =>
        {
            before = Directory.GetFiles(decoded).Length;
            settings.Resume = true;
            refusal = Assert.ThrowsExactly<ExperimentException>(() => Experiment().Execute(_clips.Folder)).Message;
            after = Directory.GetFiles(decoded).Length;
        }));

        Assert.IsGreaterThan(0, before);
        Assert.AreEqual(before, after);
        Assert.Contains("runs already", refusal!);
        Assert.IsFalse(Directory.Exists(decoded));

        settings.Resume = false;
        Directory.CreateDirectory(decoded);
        File.WriteAllText(Path.Combine(decoded, "notes.txt"), "precious");
        Assert.ThrowsExactly<ExperimentException>(() => Experiment().Execute(_clips.Folder));
        Assert.AreEqual("precious", File.ReadAllText(Path.Combine(decoded, "notes.txt")));
    }

    [TestMethod]
    public void NumbersAreLearnedToo()
    {
        var rows = _ml.Data.LoadFromEnumerable(from i in Enumerable.Range(0, 5) from label in Enumerable.Range(0, 3) select new NumberedClipRow { Label = label, Video = TinyClips.Make(label, i) });
        var settings = Settings;
        settings.OptimizingMetric = ExperimentMetric.MeanAbsoluteError;

        var result = _ml.Regression.CreateVideoMambaExperiment(settings).Execute(rows);

        Assert.AreEqual(result.RunDetails.Min(run => run.Metric), result.BestRun!.Metric);
        Assert.IsTrue(_ml.Regression.Evaluate(result.BestRun.Model!.Transform(rows)).MeanAbsoluteError < 3);
    }

    /// <summary>Rows that take their time: it is a part of the experiment's, and cancellation ends them as it ends a trial.</summary>
    [TestMethod]
    public void RowsAreReadWithinTheTimeAndUntilCancellation()
    {
        using var source = new CancellationTokenSource();
        bool cancels = false;
        var settings = Settings;
        settings.MaxModels = 1;

        IEnumerable<NumberedClipRow> Rows()
        {
            for (int i = 0; i < 9; i++)
            {
                if (cancels) source.Cancel();
                Thread.Sleep(20);
                yield return new NumberedClipRow { Label = i % 3, Video = TinyClips.Make(i % 3, i) };
            }
        }

        VideoMambaExperimentResult Execute() => _ml.Regression.CreateVideoMambaExperiment(settings).Execute(_ml.Data.LoadFromEnumerable(Rows()));

        var before = Execute();
        (settings.Resume, settings.CancellationToken, cancels) = (true, source.Token, true);
        var again = Execute();
        settings.OutputDirectory = _clips["another"];
        var nothing = Execute();

        Assert.IsGreaterThan(9 * 0.02 + before.RunDetails[0].RuntimeInSeconds, before.Elapsed.TotalSeconds);
        Assert.AreEqual((true, before.BestRun!.Metric, before.BestRun.ModelPath), (again.Cancelled, again.BestRun!.Metric, again.BestRun.ModelPath));
        Assert.IsGreaterThan(before.Elapsed, again.Elapsed);
        Assert.IsTrue(nothing is { Cancelled: true, BestRun: null, RunDetails.Count: 0 });
        Assert.IsFalse(Directory.Exists(nothing.OutputDirectory));
    }

    [TestMethod]
    public void AutoMLsCancellationReturnsTheBestSoFar()
    {
        var settings = Settings;
        settings.MaxModels = 50;

        var result = _ml.MulticlassClassification.CreateVideoMambaExperiment(settings).Execute(_clips.Folder, progressHandler: new Listener(run => { if (run.Trial == 2) AutoML.Cancel(_ml); }));

        Assert.IsTrue(result.Cancelled);
        Assert.IsLessThan(5, result.RunDetails.Count);
        Assert.IsNotNull(result.BestRun);
    }

    [TestMethod]
    public void WhatIsWrongIsNamed()
    {
        var settings = Settings;
        settings.SearchSpace = new RecipeSpace([ChoiceParameter.Of("model.colour", 1)]);
        Assert.Contains("'colour' is no field of model", Assert.ThrowsExactly<RecipeSpaceException>(() => _ml.MulticlassClassification.CreateVideoMambaExperiment(settings)).Message);

        settings = Settings;
        settings.OptimizingMetric = ExperimentMetric.RSquared;
        Assert.Contains("is no metric of Classification", Assert.ThrowsExactly<ArgumentException>(() => _ml.MulticlassClassification.CreateVideoMambaExperiment(settings)).Message);

        var vectors = _ml.Data.LoadFromEnumerable([new VectorRow()]);
        var pixels = _ml.Transforms.Conversion.MapValueToKey("Label", keyData: _ml.Data.LoadFromEnumerable(TinyClips.Classes.Select(label => new LabelRow { Label = label }))).Fit(vectors).Transform(vectors);
        Assert.Contains("an experiment learns from clips", Assert.ThrowsExactly<ArgumentException>(() => _ml.MulticlassClassification.CreateVideoMambaExperiment(Settings).Execute(pixels)).Message);

        var oneClass = _ml.Data.LoadFromEnumerable([new LabeledClipRow { Label = "a", Video = TinyClips.Make(0, 1) }]);
        Assert.ThrowsExactly<InvalidOperationException>(() => _ml.MulticlassClassification.CreateVideoMambaExperiment(Settings).Execute(oneClass, preFeaturizer: _ml.Transforms.Conversion.MapValueToKey("Label")));
    }

    private sealed class LabelRow
    {
        public string Label { get; set; } = "";
    }

    private sealed class VectorRow
    {
        public string Label { get; set; } = "red";

        [VectorType(3 * 4 * 16 * 16)]
        public float[] Video { get; set; } = new float[3 * 4 * 16 * 16];
    }

    private sealed class Listener(Action<VideoMambaRunDetail> heard) : IProgress<VideoMambaRunDetail>
    {
        public void Report(VideoMambaRunDetail value) => heard(value);
    }
}
