using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Tests;

[TestClass]
public sealed class VideoMambaTrainerTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void LearnsClassesFromAFolderOfClips()
    {
        using var folder = new TinyClips();
        var ml = new MLContext(seed: 1);
        var clips = ml.Data.LoadFromEnumerable(VideoFolder.Read(folder.Folder));
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadVideoFrames("Video", "Path"))
            .Append(ml.MulticlassClassification.Trainers.VideoMamba(TinyTrainer.Options(options => options.Epochs = 8)))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(clips);

        var predictions = ml.Data.CreateEnumerable<Prediction>(model.Transform(clips), reuseRowObject: false).ToArray();

        foreach (var row in predictions) Assert.AreEqual(1f, row.Score.Sum(), 1e-5f);
        Assert.IsGreaterThan(0.8, predictions.Zip(folder.Rows).Average(pair => pair.First.PredictedLabel == pair.Second.Label ? 1.0 : 0.0));
    }

    [TestMethod]
    public void LearnsNumbers()
    {
        var clips = Numbers(8);
        var model = _ml.Regression.Trainers.VideoMamba(TinyTrainer.Options(options => options.Epochs = 12)).Fit(clips);
        var metrics = _ml.Regression.Evaluate(model.Transform(clips));

        Assert.IsGreaterThan(0.5, metrics.RSquared);
        Assert.IsNull(model.Labels);
    }

    [TestMethod]
    public void LearnsFromVectors()
    {
        var extract = _ml.Transforms.ExtractVideoPixels("Pixels", "Video", TinyClips.Frames, TinyTrainer.Size);
        var options = TinyTrainer.Options(options => (options.FeatureColumnName, options.Frames, options.ImageSize, options.Epochs) = ("Pixels", null, null, 8));
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label").Append(extract).Append(_ml.MulticlassClassification.Trainers.VideoMamba(options));
        var clips = TinyTrainer.Clips(_ml);

        var model = pipeline.Fit(clips);

        Assert.AreEqual((TinyClips.Frames, TinyTrainer.Size), (model.LastTransformer.Config.Frames, model.LastTransformer.Config.Height), "read off the vectors");
        Assert.IsGreaterThan(0.8, _ml.MulticlassClassification.Evaluate(model.Transform(clips)).MicroAccuracy);
    }

    [TestMethod]
    public void LearnsFromATeacherInEachFold()
    {
        using var folder = new TemporaryFolder();
        TinyTrainer.Classifier(_ml).LastTransformer.SaveCheckpoint(folder["teacher.safetensors"]);
        var options = TinyTrainer.Options(options => (options.Epochs, options.Depth, options.Teacher, options.TeacherEpochs, options.MixupAlpha, options.Repeats) = (2, 2, folder["teacher.safetensors"], 1, 0.8, 2));
        var clips = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(TinyTrainer.Clips(_ml)).Transform(TinyTrainer.Clips(_ml));

        var folds = _ml.MulticlassClassification.CrossValidate(clips, _ml.MulticlassClassification.Trainers.VideoMamba(options), numberOfFolds: 2);

        Assert.HasCount(2, folds);
        Assert.IsTrue(folds.All(fold => double.IsFinite(fold.Metrics.LogLoss)));
    }

    [TestMethod]
    [DoNotParallelize] // Drop path draws from torch's generator at every step.
    [DataRow(ClassificationLoss.BinaryCrossEntropy)]
    [DataRow(ClassificationLoss.Cosub)]
    public void LearnsByAYesOrNoForEachClass(ClassificationLoss loss)
    {
        var clips = TinyTrainer.Clips(_ml);

        var model = TinyTrainer.Classifier(_ml, clips, options => (options.Loss, options.DropPath, options.Epochs, options.Crop) = (loss, 0.1, 12, CropStyle.Simple));

        Assert.IsGreaterThan(0.8, _ml.MulticlassClassification.Evaluate(model.Transform(clips)).MicroAccuracy);
    }

    [TestMethod]
    [DoNotParallelize] // Start weights are drawn from torch's generator, which trainings share.
    public void RareClassesCountInEachFold()
    {
        // A seventh of the clips is of the last class.
        var rows = TinyTrainer.Clips(_ml, perClass: 6);
        var all = _ml.Data.CreateEnumerable<LabeledClipRow>(rows, reuseRowObject: false).ToList();
        var last = all.Where(row => row.Label == TinyClips.Classes[^1]).Skip(2).ToHashSet();
        var few = _ml.Data.LoadFromEnumerable(all.Where(row => !last.Contains(row)));
        var clips = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(few).Transform(few);
        IReadOnlyList<double> Losses(bool balance) =>
        [
            .. _ml.MulticlassClassification.CrossValidate(clips, _ml.MulticlassClassification.Trainers.VideoMamba(TinyTrainer.Options(options => (options.Epochs, options.BalanceClasses) = (2, balance))), numberOfFolds: 2, seed: 1)
                .Select(fold => fold.Metrics.LogLoss),
        ];

        var plain = Losses(balance: false);
        var balanced = Losses(balance: true);

        Assert.IsTrue(balanced.All(double.IsFinite));
        for (int fold = 0; fold < 2; fold++) Assert.AreNotEqual(plain[fold], balanced[fold], $"fold {fold} is trained with weights of its own");
        CollectionAssert.AreEqual(plain.ToArray(), Losses(balance: false).ToArray(), "and by nothing else that differs");
    }

    [TestMethod]
    public void StartsFromACheckpoint()
    {
        using var folder = new TemporaryFolder();
        var first = TinyTrainer.Classifier(_ml).LastTransformer;
        first.SaveCheckpoint(folder["first.safetensors"]);
        var options = new VideoMambaTrainer.Options { Checkpoint = folder["first.safetensors"], Epochs = 1, LearningRate = 1e-9, MinLearningRate = 0, Device = "cpu", BatchSize = 4, Frames = 6 };

        var second = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.MulticlassClassification.Trainers.VideoMamba(options)).Fit(TinyTrainer.Clips(_ml)).LastTransformer;

        Assert.AreEqual(first.Config with { Frames = 6 }, second.Config);
        Assert.IsGreaterThanOrEqualTo(first.Epochs[^1].ValidationTop1!.Value - 0.34, second.Epochs[0].ValidationTop1!.Value, "what was learned is still known");
    }

    [TestMethod]
    public void RefusesOptionsThatContradictTheCheckpoint()
    {
        using var folder = new TemporaryFolder();
        TinyTrainer.Classifier(_ml, change: options => options.Epochs = 1).LastTransformer.SaveCheckpoint(folder["tiny.safetensors"]);

        var architecture = Assert.ThrowsExactly<ArgumentException>(() => TinyTrainer.Classifier(_ml, change: options => (options.Checkpoint, options.Architecture) = (folder["tiny.safetensors"], VideoMambaArchitecture.Small)));
        var depth = Assert.ThrowsExactly<ArgumentException>(() => TinyTrainer.Classifier(_ml, change: options => (options.Checkpoint, options.Depth) = (folder["tiny.safetensors"], 2)));
        var tubelet = Assert.ThrowsExactly<ArgumentException>(() => TinyTrainer.Classifier(_ml, change: options => (options.Checkpoint, options.Tubelet) = (folder["tiny.safetensors"], 2)));
        var missing = Assert.ThrowsExactly<FileNotFoundException>(() => TinyTrainer.Classifier(_ml, change: options => options.Checkpoint = folder["none.pth"]));

        Assert.Contains("Architecture is Small", architecture.Message);
        Assert.Contains("Depth is 2", depth.Message);
        Assert.Contains("Tubelet is 2", tubelet.Message);
        Assert.Contains("none.pth", missing.Message);
    }

    [TestMethod]
    [DoNotParallelize]
    public void TheSameSeedGivesTheSameModel()
    {
        var clips = TinyTrainer.Clips(_ml);
        float[][] Scores(int seed) => [.. TinyTrainer.Classifier(_ml, clips, options => (options.Seed, options.DropPath) = (seed, 0.2)).Transform(clips).GetColumn<float[]>("Score")];
        var first = Scores(3);
        var again = Scores(3);
        var other = Scores(4);

        for (int i = 0; i < first.Length; i++) CollectionAssert.AreEqual(first[i], again[i]);
        CollectionAssert.AreNotEqual(first[0], other[0]);
    }

    [TestMethod]
    public void TellsOfStepsAndEpochs()
    {
        var epochs = new List<EpochMetrics>();
        var steps = new Steps();
        var messages = new List<string>();
        _ml.Log += (_, e) =>
        {
            if (e.Source.Contains(VideoMambaTrainer.HostName, StringComparison.Ordinal)) lock (messages) messages.Add(e.Message);
        };
        var trainer = _ml.MulticlassClassification.Trainers.VideoMamba(TinyTrainer.Options(), metricsCallback: epochs.Add, progress: steps);

        var model = _ml.Transforms.Conversion.MapValueToKey("Label").Append(trainer).Fit(TinyTrainer.Clips(_ml)).LastTransformer;

        CollectionAssert.AreEqual(new[] { 1, 2, 3 }, epochs.Select(epoch => epoch.Epoch).ToArray());
        CollectionAssert.AreEqual(epochs, model.Epochs.ToArray());
        Assert.AreEqual((9, 9), (steps.All[^1].Step, steps.All.Count), "9 clips of 12 in 3 batches, 3 times");
        Assert.IsTrue(messages.Any(message => message.Contains("Epoch 2 of 3: loss", StringComparison.Ordinal) && message.Contains("clips/s", StringComparison.Ordinal)), string.Join('\n', messages));
    }

    [TestMethod]
    public void ChoosesTheBestEpochByTheValidationSet()
    {
        var clips = TinyTrainer.Clips(_ml);
        var mapping = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(clips);
        var keyed = mapping.Transform(clips);
        var trainer = _ml.MulticlassClassification.Trainers.VideoMamba(TinyTrainer.Options(options => options.Epochs = 5), validationSet: keyed);

        var model = trainer.Fit(keyed);

        double best = model.Epochs.Max(epoch => epoch.ValidationTop1!.Value);
        Assert.AreEqual(best, model.Epochs[model.BestEpoch - 1].ValidationTop1);
        Assert.AreEqual(best, _ml.MulticlassClassification.Evaluate(model.Transform(keyed)).MicroAccuracy, 1e-9);
    }

    [TestMethod]
    public void RefusesAValidationSetOfOtherKeys()
    {
        var map = _ml.Transforms.Conversion.MapValueToKey("Label");
        var training = TinyTrainer.Clips(_ml);
        var validation = _ml.Data.LoadFromEnumerable([new LabeledClipRow { Label = "red", Video = TinyClips.Make(2, 9) }, new LabeledClipRow { Label = "blue", Video = TinyClips.Make(0, 9) }]);
        var trainer = _ml.MulticlassClassification.Trainers.VideoMamba(TinyTrainer.Options(), validationSet: map.Fit(validation).Transform(validation));

        var error = Assert.ThrowsExactly<ArgumentException>(() => trainer.Fit(map.Fit(training).Transform(training)));

        Assert.Contains("one fitted MapValueToKey", error.Message);
    }

    [TestMethod]
    public void LeavesRowsWithoutLabelOrClipOut()
    {
        var warnings = Warnings();
        var rows = _ml.Data.CreateEnumerable<LabeledClipRow>(TinyTrainer.Clips(_ml), reuseRowObject: false)
            .Append(new LabeledClipRow { Label = "", Video = TinyClips.Make(0, 9) })
            .Append(new LabeledClipRow { Label = "red" });

        // An empty text is a value; a missing key is made by mapping against other keys.
        var keys = _ml.Data.LoadFromEnumerable(TinyClips.Classes.Select(name => new { Label = name }));
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label", keyData: keys).Append(_ml.MulticlassClassification.Trainers.VideoMamba(TinyTrainer.Options()));
        var model = pipeline.Fit(_ml.Data.LoadFromEnumerable(rows));

        CollectionAssert.AreEqual(TinyClips.Classes.ToArray(), model.LastTransformer.Labels!.ToArray());
        Assert.Contains("Training set: 1 rows have no label and are left out.", string.Join('\n', warnings));
        Assert.Contains("Training set: 1 rows have no clip and are left out.", string.Join('\n', warnings));
    }

    [TestMethod]
    public void LearnsAClassOfOneClip()
    {
        var warnings = Warnings();
        var rows = _ml.Data.CreateEnumerable<LabeledClipRow>(TinyTrainer.Clips(_ml), reuseRowObject: false).Append(new LabeledClipRow { Label = "white", Video = TinyClips.Make(1, 50) });

        var model = TinyTrainer.Classifier(_ml, _ml.Data.LoadFromEnumerable(rows)).LastTransformer;

        Assert.HasCount(4, model.Labels!);
        Assert.Contains("1 of 4 classes have a single clip, which is learned from and never held out: white.", string.Join('\n', warnings));
    }

    [TestMethod]
    public void RefusesNothingToLearnFrom()
    {
        var empty = _ml.Data.LoadFromEnumerable(Array.Empty<NumberedClipRow>());
        var nothing = _ml.Data.LoadFromEnumerable([new NumberedClipRow { Label = float.NaN, Video = TinyClips.Make(0, 0) }, new NumberedClipRow { Label = 1 }]);
        var trainer = _ml.Regression.Trainers.VideoMamba(TinyTrainer.Options());

        var ofEmpty = Assert.ThrowsExactly<InvalidOperationException>(() => trainer.Fit(empty));
        var ofNothing = Assert.ThrowsExactly<InvalidOperationException>(() => trainer.Fit(nothing));

        Assert.AreEqual("Training set has 0 instances, aborting training: of 0 rows 0 have no label and 0 no clip.", ofEmpty.Message);
        Assert.AreEqual("Training set has 0 instances, aborting training: of 2 rows 1 have no label and 1 no clip.", ofNothing.Message);
    }

    [TestMethod]
    public void RefusesOneClass()
    {
        var one = _ml.Data.LoadFromEnumerable([new LabeledClipRow { Label = "red", Video = TinyClips.Make(2, 0) }]);

        var error = Assert.ThrowsExactly<InvalidOperationException>(() => TinyTrainer.Classifier(_ml, one));

        Assert.AreEqual("Label column 'Label' has 1 class; at least 2 are needed to tell apart.", error.Message);
    }

    [TestMethod]
    public void RefusesWrongColumnsInTheWordsOfMLNet()
    {
        var clips = TinyTrainer.Clips(_ml);
        var trainers = _ml.MulticlassClassification.Trainers;

        Assert.Contains("Schema mismatch for label column 'Label': expected Key<UInt32>, got String", Error(() => trainers.VideoMamba().Fit(clips)));
        Assert.Contains("Could not find label column 'Nope'", Error(() => trainers.VideoMamba("Nope").Fit(clips)));
        Assert.Contains("Could not find feature column 'Nope'", Error(() => trainers.VideoMamba("Label", "Nope").Fit(clips)));
        Assert.Contains("Schema mismatch for feature column 'Label': expected Video or Vector<Single>, got String", Error(() => trainers.VideoMamba("Label", "Label").Fit(clips)));
        Assert.Contains("Schema mismatch for feature column 'Video': expected Video or Vector<Single>, got VarVector<Single>", Error(() => _ml.Regression.Trainers.VideoMamba().Fit(_ml.Data.LoadFromEnumerable([new VectorRow()]))));
        Assert.Contains("Schema mismatch for label column 'Label': expected Single, got String", Error(() => _ml.Regression.Trainers.VideoMamba().Fit(clips)));

        static string Error(Action fit) => Assert.ThrowsExactly<ArgumentOutOfRangeException>(fit).Message;
    }

    [TestMethod]
    [DataRow(FailurePolicy.Skip, "left out")]
    [DataRow(FailurePolicy.Substitute, "replaced")]
    public void GoesOnWithoutClipsThatCannotBeRead(FailurePolicy policy, string what)
    {
        using var clips = new TinyClips();
        File.WriteAllText(Path.Combine(clips.Folder, "red", "broken.mp4"), "no video");
        var warnings = Warnings();
        var pipeline = Pipeline(policy);

        var model = pipeline.Fit(_ml.Data.LoadFromEnumerable(clips.Rows));

        Assert.IsGreaterThan(0, model.LastTransformer.BestEpoch);
        Assert.Contains($"1 clips could not be read and were {what}; the first: ", string.Join('\n', warnings));
        Assert.Contains("broken.mp4", string.Join('\n', warnings));
    }

    [TestMethod]
    public void EndsAtAClipThatCannotBeRead()
    {
        using var clips = new TinyClips();
        File.WriteAllText(Path.Combine(clips.Folder, "red", "broken.mp4"), "no video");

        var error = Assert.ThrowsExactly<VideoException>(() => Pipeline(FailurePolicy.Throw).Fit(_ml.Data.LoadFromEnumerable(clips.Rows)));

        Assert.Contains("broken.mp4", error.Message);
    }

    [TestMethod]
    public void ReadsAgainWhatTheCacheDoesNotHold()
    {
        var warnings = Warnings();
        using var folder = new TemporaryFolder();
        var clips = TinyTrainer.Clips(_ml);
        long clipBytes = TinyClips.Frames * 19 * 19 * 3;

        var model = TinyTrainer.Classifier(_ml, clips, options => (options.CacheMemoryBytes, options.CacheDiskBytes, options.CacheFolder) = (clipBytes * 2, clipBytes * 3, folder.FullName));

        Assert.IsGreaterThan(0, model.LastTransformer.BestEpoch);
        Assert.Contains("The others are read again in each epoch.", string.Join('\n', warnings));
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(folder.FullName), "what was cached on disk is deleted");
    }

    [TestMethod]
    public void AFullDiskOnlyCostsTime()
    {
        using var disk = SmallDisk.Create(kilobytes: 16);
        var warnings = Warnings();

        var model = TinyTrainer.Classifier(_ml, change: options => (options.CacheMemoryBytes, options.CacheFolder) = (0, disk.Folder));

        Assert.IsGreaterThan(0, model.LastTransformer.BestEpoch);
        Assert.Contains("Clips could not be written to ", string.Join('\n', warnings));
    }

    [TestMethod]
    public void RowsReadAgainKeepTheirLabels()
    {
        using var clips = new TinyClips();
        var shuffled = _ml.Data.ShuffleRows(_ml.Data.LoadFromEnumerable(clips.Rows), seed: 4);
        var options = TinyTrainer.Options(options => (options.Epochs, options.CacheMemoryBytes, options.CacheDiskBytes, options.ValidationFraction) = (8, 0, 0, 0));
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Transforms.LoadVideoFrames("Video", "Path", TinyClips.Frames)).Append(_ml.MulticlassClassification.Trainers.VideoMamba(options));

        Assert.IsGreaterThan(0.8, _ml.MulticlassClassification.Evaluate(pipeline.Fit(shuffled).Transform(shuffled)).MicroAccuracy);
    }

    /// <summary>Each pass would take as many rows as lie before the clip: hours where clips are too many to be kept.</summary>
    [TestMethod]
    public void ReadsAVideoAgainWithoutGoingThroughTheRows()
    {
        using var clips = new TinyClips();
        int passes = 0;
        var rows = clips.Rows;
        var options = TinyTrainer.Options(options => (options.CacheMemoryBytes, options.CacheDiskBytes, options.ValidationFraction) = (0, 0, 0));
        var pipeline = _ml.Transforms.LoadVideoFrames("Video", "Path", TinyClips.Frames).Append(_ml.MulticlassClassification.Trainers.VideoMamba(options));
        var data = _ml.Data.LoadFromEnumerable(Passes());
        var keys = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        passes = 0;

        pipeline.Fit(keys);

        Assert.AreEqual(1, passes);

        IEnumerable<LabeledVideo> Passes()
        {
            passes++;
            foreach (var row in rows) yield return row;
        }
    }

    [TestMethod]
    public void TrainsAsWellFromDiskAsFromMemory()
    {
        using var folder = new TemporaryFolder();
        var clips = TinyTrainer.Clips(_ml);

        var model = TinyTrainer.Classifier(_ml, clips, options => (options.Epochs, options.CacheMemoryBytes, options.CacheFolder) = (8, 0, folder.FullName));

        Assert.IsGreaterThan(0.8, _ml.MulticlassClassification.Evaluate(model.Transform(clips)).MicroAccuracy);
    }

    [TestMethod]
    public void NamesTheSchemaItPutsOut()
    {
        var map = _ml.Transforms.Conversion.MapValueToKey("Label");
        SchemaAssert.AgreesWithData(map.Append(_ml.MulticlassClassification.Trainers.VideoMamba(TinyTrainer.Options(options => options.Epochs = 1))), TinyTrainer.Clips(_ml));
        SchemaAssert.AgreesWithData(_ml.Regression.Trainers.VideoMamba(TinyTrainer.Options(options => options.Epochs = 1)), Numbers(4));
    }

    private IDataView Numbers(int count) => _ml.Data.LoadFromEnumerable(
        from i in Enumerable.Range(0, count)
        from label in Enumerable.Range(0, TinyClips.Classes.Count)
        select new NumberedClipRow { Label = 100 + 10 * label, Video = TinyClips.Make(label, i) });

    private EstimatorChain<VideoMambaTransformer> Pipeline(FailurePolicy policy) => _ml.Transforms.Conversion.MapValueToKey("Label")
        .Append(_ml.Transforms.LoadVideoFrames("Video", "Path", TinyClips.Frames))
        .Append(_ml.MulticlassClassification.Trainers.VideoMamba(TinyTrainer.Options(options => options.OnFailure = policy)));

    private List<string> Warnings()
    {
        var warnings = new List<string>();
        _ml.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning) lock (warnings) warnings.Add(e.RawMessage);
        };
        return warnings;
    }

    private sealed class VectorRow
    {
        public float Label { get; set; }

        public float[] Video { get; set; } = [];
    }

    private sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }

    private sealed class Steps : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> All { get; } = [];

        public void Report(TrainingProgress value) => All.Add(value);
    }
}
