#region usings
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Reading;
#endregion
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Tests;
using Microsoft.ML.VideoMamba.Tests.Documentation;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Inference;

// A user's code lies outside the library's namespace: the snippets compile with the usings that they show.
namespace Guide;

/// <summary>The snippets of docs/mlnet.md and of the packages' pages, run in a folder that holds the files that they name.</summary>
[TestClass]
[DoNotParallelize]
public sealed class GuideTests
{
    private static readonly string[] s_names = ["coin", "plant", "ocean"];

    private static GuideFolder s_folder = null!;

    [ClassInitialize]
    public static void Enter(TestContext context)
    {
        s_folder = new GuideFolder();
        File.WriteAllLines("labels.txt", s_names);
        File.WriteAllLines("speeds.csv", s_folder.Rows.Select((row, i) => $"\"{row.Path}\",{i % 4}").Prepend("path,speed"));
        TorchRuntime.EnsureLoaded();
        using var model = new VideoMambaModel(new VideoMambaConfig { EmbedDim = 16, Depth = 4, Frames = 8, Height = 32, Width = 32, Classes = 3 });
        CheckpointWriter.Save(model, "videomamba_t16_k400_f8_res224.pth");
    }

    [ClassCleanup]
    public static void Leave() => s_folder.Dispose();

    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    public void FirstSteps()
    {
        // The published network on a CPU: a clip a class is minutes enough.
        using var few = new GuideFolder(perClass: 1);
        File.Copy(Path.Combine(s_folder.FullName, "videomamba_t16_k400_f8_res224.pth"), "videomamba_t16_k400_f8_res224.pth");
        #region first steps
        var ml = new MLContext(seed: 1);
        var clips = ml.Data.LoadFromEnumerable(VideoFolder.Read("clips"));           // one sub-folder per class: Path, Label
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadVideoFrames("Video", "Path"))
            .Append(ml.MulticlassClassification.Trainers.VideoMamba(new() { Architecture = VideoMambaArchitecture.Tiny }))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(clips);
        ml.Model.Save(model, clips.Schema, "model.zip");
        #endregion
        #region features
        var features = ml.Transforms.VideoMambaEmbedding("Features", "Video", checkpoint: "videomamba_t16_k400_f8_res224.pth");
        #endregion

        Assert.IsTrue(File.Exists("model.zip"));
        var loaded = ml.Transforms.LoadVideoFrames("Video", "Path").Append(features).Fit(clips).Transform(clips);
        Assert.HasCount(16, loaded.GetColumn<float[]>("Features").First());
    }

    [TestMethod]
    public void Train()
    {
        #region training
        var ml = new MLContext(seed: 1);
        ml.Log += (_, e) =>
        {
            if (e.Source.Contains("VideoMamba", StringComparison.Ordinal)) Console.WriteLine(e.Message);
        };

        var clips = ml.Data.LoadFromEnumerable(VideoFolder.Read("clips"));
        var parts = ml.Data.TrainTestSplit(clips, testFraction: 0.25);
        var options = new VideoMambaTrainer.Options { Depth = 4, Tubelet = 2, ImageSize = 64, Epochs = 10, LearningRate = 2e-3 };
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadVideoFrames("Video", "Path", frames: 8))
            .Append(ml.MulticlassClassification.Trainers.VideoMamba(options, metricsCallback: epoch => Console.WriteLine($"{epoch.Epoch}: {epoch.ValidationTop1:P0}")))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(parts.TrainSet);
        var metrics = ml.MulticlassClassification.Evaluate(model.Transform(parts.TestSet));
        #endregion

        Assert.IsTrue(metrics.MicroAccuracy is >= 0 and <= 1);

        #region saving
        ml.Model.Save(model, clips.Schema, "model.zip");
        #endregion
        #region loading
        var loaded = new MLContext().Model.Load("model.zip", out var schema);
        var scored = loaded.Transform(ml.Data.LoadFromEnumerable([new LabeledVideo { Path = "clip.mp4", Label = "" }]));
        string label = scored.GetColumn<string>("PredictedLabel").Single();
        float[] probabilities = scored.GetColumn<float[]>("Score").Single();
        #endregion

        Assert.IsNotNull(schema.GetColumnOrNull("Path"));
        Assert.Contains(label, TinyClips.Classes);
        Assert.AreEqual(1f, probabilities.Sum(), 1e-5f);

        #region engine
        using var engine = ml.Model.CreatePredictionEngine<LabeledVideo, ClassScores>(loaded);
        var prediction = engine.Predict(new LabeledVideo { Path = "clip.mp4", Label = "" });
        Console.WriteLine($"{prediction.PredictedLabel}: {prediction.Score.Max():P0}");
        #endregion

        CollectionAssert.AreEqual(probabilities, prediction.Score);

        #region embed with the trained model
        var embedding = ml.Transforms.VideoMambaEmbedding("Features", "Video", model, PoolingKind.Mean);
        #endregion

        var videos = ml.Transforms.LoadVideoFrames("Video", "Path").Append(embedding);
        Assert.HasCount(192, videos.Fit(clips).Transform(clips).GetColumn<float[]>("Features").First());
    }

    [TestMethod]
    public void CrossValidation()
    {
        var ml = new MLContext(seed: 1);
        var clips = ml.Data.LoadFromEnumerable(VideoFolder.Read("clips"));
        var options = TinyTrainer.Options(options => options.Epochs = 1);

        #region cross-validation
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadVideoFrames("Video", "Path"))
            .Append(ml.MulticlassClassification.Trainers.VideoMamba(options));
        var folds = ml.MulticlassClassification.CrossValidate(clips, pipeline, numberOfFolds: 3);
        Console.WriteLine($"{folds.Average(fold => fold.Metrics.MicroAccuracy):P0}");
        #endregion

        Assert.HasCount(3, folds);
    }

    [TestMethod]
    public void FineTuning()
    {
        #region fine-tuning
        var options = new VideoMambaTrainer.Options
        {
            Checkpoint = "videomamba_t16_k400_f8_res224.pth",   // its size, depth, patches and frames are read off the file
            Epochs = 10,
            LearningRate = 5e-5,
            LayerDecay = 0.8,
            HorizontalFlip = true,                              // only where left and right do not matter
            EarlyStoppingPatience = 3,
        };
        #endregion

        var ml = new MLContext(seed: 1);
        var clips = ml.Data.LoadFromEnumerable(VideoFolder.Read("clips"));
        var model = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Transforms.LoadVideoFrames("Video", "Path")).Append(ml.MulticlassClassification.Trainers.VideoMamba(options)).Fit(clips);
        Assert.AreEqual((4, 32), (model.LastTransformer.Config.Depth, model.LastTransformer.Config.Height));
    }

    [TestMethod]
    public void ATeacher()
    {
        #region teacher
        var options = new VideoMambaTrainer.Options
        {
            Teacher = "videomamba_t16_k400_f8_res224.pth",      // frozen; any VideoMamba, usually a smaller one
            TeacherEpochs = 2,                                  // then the labels teach alone
            Depth = 6,
            ImageSize = 32,
            Epochs = 3,
        };
        #endregion

        var ml = new MLContext(seed: 1);
        var clips = ml.Data.LoadFromEnumerable(VideoFolder.Read("clips"));
        var prepare = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Transforms.LoadVideoFrames("Video", "Path"));
        foreach (var kind in Enum.GetValues<DistillationKind>())
        {
            options.DistillationKind = kind;
            var model = prepare.Append(ml.MulticlassClassification.Trainers.VideoMamba(options)).Fit(clips);
            Assert.HasCount(3, model.LastTransformer.Epochs);
        }
    }

    [TestMethod]
    public void ValidationSetAndStopping()
    {
        var ml = new MLContext(seed: 1);
        var clips = ml.Data.LoadFromEnumerable(VideoFolder.Read("clips"));
        var options = TinyTrainer.Options();
        var cancellation = CancellationToken.None;

        #region validation set and stopping
        var prepare = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Transforms.LoadVideoFrames("Video", "Path"));
        var parts = ml.Data.TrainTestSplit(clips, testFraction: 0.25);
        var preparation = prepare.Fit(parts.TrainSet);
        var trainer = ml.MulticlassClassification.Trainers.VideoMamba(
            options,
            validationSet: preparation.Transform(parts.TestSet),
            progress: new Progress<TrainingProgress>(step => Console.Write($"\r{step.Step} of {step.Steps}, {step.Remaining:mm\\:ss} left")),
            cancellation: cancellation);                        // stopped, Fit gives the best epoch so far
        var model = preparation.Append(trainer.Fit(preparation.Transform(parts.TrainSet)));
        #endregion

        Assert.HasCount(3, model.LastTransformer.Epochs);
    }

    [TestMethod]
    public void Numbers()
    {
        #region regression
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromTextFile<SpeedRow>("speeds.csv", separatorChar: ',', hasHeader: true, allowQuoting: true);
        var pipeline = ml.Transforms.LoadVideoFrames("Video", "Path")
            .Append(ml.Regression.Trainers.VideoMamba(new() { LabelColumnName = "Speed", Depth = 2, ImageSize = 32, Epochs = 5 }));
        var metrics = ml.Regression.CrossValidate(rows, pipeline, numberOfFolds: 2, labelColumnName: "Speed");
        #endregion

        Assert.HasCount(2, metrics);
    }

    [TestMethod]
    public void Reading()
    {
        var ml = new MLContext(seed: 1);

        #region reading
        var loader = ml.Transforms.LoadVideoFrames(new()
        {
            InputColumnName = "Path",
            Frames = 16,                                        // spread over the whole video; a network of 8 frames draws among them
            MaxShortSide = 256,                                 // larger frames are shrunk at once
            OnFailure = FailurePolicy.Skip,                     // a video that cannot be read is warned of, counted and left out
        });
        #endregion
        #region bytes
        var contents = ml.Data.LoadFromEnumerable([new VideoContent { Content = File.ReadAllBytes("clip.mp4") }]);
        var fromBytes = ml.Transforms.LoadVideoFrames("Video", "Content").Fit(contents).Transform(contents);
        #endregion
        #region clips
        var clips = ml.Data.LoadFromEnumerable(VideoFolder.Read("clips"));
        foreach (var row in ml.Data.CreateEnumerable<ClipOfRow>(loader.Fit(clips).Transform(clips), reuseRowObject: false))
        {
            Console.WriteLine($"{row.Path}: {row.Video?.Frames} frames of {row.Video?.Width}x{row.Video?.Height}");
        }
        #endregion
        #region vectors
        var vectors = ml.Transforms.LoadVideoFrames("Video", "Path")
            .Append(ml.Transforms.ExtractVideoPixels("Pixels", "Video", frames: 8, imageSize: 64))      // Vector<Single, 3, 8, 64, 64>
            .AppendCacheCheckpoint(ml);
        #endregion

        Assert.AreEqual(8, fromBytes.GetColumn<VideoClip>("Video").Single().Frames);
        Assert.HasCount(3 * 8 * 64 * 64, vectors.Fit(clips).Transform(clips).GetColumn<float[]>("Pixels").First());
    }

    [TestMethod]
    public void Checkpoints()
    {
        #region classify
        var ml = new MLContext();
        var videos = ml.Data.LoadFromEnumerable(VideoFolder.Files("clips").Prepend("clip.mp4").Select(path => new VideoPath { Path = path }));
        var classify = ml.Transforms.LoadVideoFrames("Video", "Path")
            .Append(ml.Transforms.ClassifyVideo("videomamba_t16_k400_f8_res224.pth", File.ReadAllLines("labels.txt")))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var classified = classify.Fit(videos).Transform(videos);
        foreach (string label in classified.GetColumn<string>("PredictedLabel").Take(3)) Console.WriteLine(label);
        #endregion
        #region embed
        var embed = ml.Transforms.LoadVideoFrames("Video", "Path")
            .Append(ml.Transforms.VideoMambaEmbedding("Features", "Video", checkpoint: "videomamba_t16_k400_f8_res224.pth"));
        float[][] features = [.. embed.Fit(videos).Transform(videos).GetColumn<float[]>("Features")];
        #endregion
        #region layer
        var third = ml.Transforms.VideoMambaEmbedding(new() { Checkpoint = "videomamba_t16_k400_f8_res224.pth", Pooling = PoolingKind.Layer, Layer = 2 });
        #endregion
        #region other trainers
        var clips = ml.Data.LoadFromEnumerable(VideoFolder.Read("clips"));
        var linear = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadVideoFrames("Video", "Path"))
            .Append(ml.Transforms.VideoMambaEmbedding("Features", "Video", checkpoint: "videomamba_t16_k400_f8_res224.pth"))
            .AppendCacheCheckpoint(ml)
            .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy());
        #endregion

        Assert.HasCount(features.Length, classified.GetColumn<string>("PredictedLabel").ToArray());
        Assert.HasCount(16, features[0]);
        Assert.HasCount(12, linear.Fit(clips).Transform(clips).GetColumn<float[]>("Score").ToArray());
        Assert.IsNotNull(third);
    }

    [TestMethod]
    public void Predictor()
    {
        #region predictor
        using var predictor = VideoMambaPredictor.Load("videomamba_t16_k400_f8_res224.pth", new() { Views = new() { Segments = 4, Crops = 3 } });
        var views = VideoReader.ReadClips("clip.mp4", predictor.Pick);
        foreach (var score in predictor.Top(predictor.Score(views), 5)) Console.WriteLine($"{score.Score:P1} {score.Label}");
        float[] features = predictor.Embed(views, Pooling.Cls).Values;
        #endregion

        Assert.HasCount(16, features);
    }

    #region rows
    public sealed class ClassScores
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
    #endregion

    #region row of a number
    public sealed class SpeedRow
    {
        [LoadColumn(0)]
        public string Path { get; set; } = "";

        [LoadColumn(1)]
        public float Speed { get; set; }
    }
    #endregion

    #region rows of videos
    public sealed class VideoPath
    {
        public string Path { get; set; } = "";
    }

    public sealed class VideoContent
    {
        [VectorType]
        public byte[] Content { get; set; } = [];
    }

    public sealed class ClipOfRow
    {
        public string Path { get; set; } = "";

        [VideoType]
        public VideoClip? Video { get; set; }
    }
    #endregion
}
