using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>A trained model as ML.NET uses it.</summary>
[TestClass]
public sealed class ScoringTests
{
    private static readonly MLContext s_ml = new(seed: 1);
    private static readonly Lazy<TransformerChain<VideoMambaTransformer>> s_model = new(() => TinyTrainer.Classifier(s_ml));

    private static TransformerChain<VideoMambaTransformer> Model => s_model.Value;

    [TestMethod]
    public void AnnotatesItsColumnsAsMLNetDoes()
    {
        var data = s_ml.Data.LoadFromEnumerable(TinyClips.Classes.Select((name, i) => new LabeledNumbersRow { Label = name, Features = [i, -i] }));
        var pipeline = s_ml.Transforms.Conversion.MapValueToKey("Label").Append(s_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(maximumNumberOfIterations: 1));
        var expected = pipeline.Fit(data).Transform(data).Schema;
        var actual = Model.Transform(TinyTrainer.Clips(s_ml)).Schema;

        foreach (string column in new[] { "PredictedLabel", "Score" })
        {
            Assert.AreEqual(expected[column].Type, actual[column].Type);
            Assert.AreEqual(Annotations(expected[column]), Annotations(actual[column]));
        }
    }

    [TestMethod]
    public void AnnotatesNumbersAsMLNetDoes()
    {
        var numbers = s_ml.Data.LoadFromEnumerable(Enumerable.Range(0, 4).Select(i => new NumberedClipRow { Label = i, Video = TinyClips.Make(i % 3, i) }));
        var features = s_ml.Transforms.Concatenate("Features", "Label").Append(s_ml.Regression.Trainers.Sdca(maximumNumberOfIterations: 1));
        var model = s_ml.Regression.Trainers.VideoMamba(TinyTrainer.Options(options => options.Epochs = 1)).Fit(numbers);

        Assert.AreEqual(Annotations(features.Fit(numbers).Transform(numbers).Schema["Score"]), Annotations(model.Transform(numbers).Schema["Score"]));
    }

    [TestMethod]
    public void GivesEachModelOfAChainASetOfItsOwn()
    {
        var twice = Model.LastTransformer.Transform(Model.Transform(TinyTrainer.Clips(s_ml)));
        uint set = 0;
        twice.Schema["Score"].Annotations.GetValue("ScoreColumnSetId", ref set);

        Assert.AreEqual(2u, set);
    }

    [TestMethod]
    public void ServesAPredictionEngine()
    {
        using var engine = Engine();
        var clips = TinyTrainer.Clips(s_ml);
        float[][] batched = [.. Model.Transform(clips).GetColumn<float[]>("Score")];
        var rows = s_ml.Data.CreateEnumerable<LabeledClipRow>(clips, reuseRowObject: false).ToArray();

        for (int i = 0; i < rows.Length; i++) AssertClose(batched[i], engine.Predict(rows[i]).Score);
        VBuffer<ReadOnlyMemory<char>> names = default;
        engine.OutputSchema["Score"].GetSlotNames(ref names);
        Assert.AreEqual("blue green red", string.Join(' ', names.DenseValues()));
    }

    [TestMethod]
    public void ServesEightThreadsAtOnce()
    {
        LabeledClipRow[] rows = [.. s_ml.Data.CreateEnumerable<LabeledClipRow>(TinyTrainer.Clips(s_ml), reuseRowObject: false)];
        float[][] Predict()
        {
            using var engine = Engine();
            return [.. rows.Select(row => engine.Predict(row).Score.ToArray())];
        }

        float[][] expected = Predict();
        var threads = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(Predict, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();

        foreach (var thread in threads)
        {
            for (int i = 0; i < rows.Length; i++) CollectionAssert.AreEqual(expected[i], thread.GetAwaiter().GetResult()[i]);
        }
    }

    [TestMethod]
    public void GivesRowsWithoutAClipNaN()
    {
        var clips = s_ml.Data.LoadFromEnumerable([Row(0), new LabeledClipRow { Label = "red" }, Row(2)]);
        var scored = Model.Transform(clips);

        float[][] scores = [.. scored.GetColumn<float[]>("Score")];
        uint[] keys = [.. scored.GetColumn<uint>("PredictedLabel")];

        Assert.IsTrue(scores[1].All(float.IsNaN) && keys[1] == 0);
        foreach (int there in new[] { 0, 2 })
        {
            AssertClose([.. Model.Transform(s_ml.Data.LoadFromEnumerable([Row(there)])).GetColumn<float[]>("Score").Single()], scores[there]);
            Assert.AreEqual(Array.IndexOf(scores[there], scores[there].Max()) + 1u, keys[there]);
        }

        static LabeledClipRow Row(int label) => new() { Label = TinyClips.Classes[label], Video = TinyClips.Make(label, 7) };
    }

    [TestMethod]
    public void ReadsNoClipUnlessAScoreIsAskedFor()
    {
        var data = s_ml.Data.LoadFromEnumerable([new LabeledVideo { Path = "not there.mp4", Label = "red" }]);
        var scored = Model.LastTransformer.Transform(s_ml.Transforms.LoadVideoFrames("Video", "Path").Fit(data).Transform(data));

        Assert.AreEqual("red", scored.GetColumn<string>("Label").Single());
        Assert.ThrowsExactly<VideoException>(() => scored.GetColumn<float[]>("Score").ToArray());
    }

    [TestMethod]
    public void RefusesVectorsOfAnotherSize()
    {
        var data = s_ml.Transforms.ExtractVideoPixels("Pixels", "Video", frames: 2, imageSize: TinyTrainer.Size).Fit(TinyTrainer.Clips(s_ml)).Transform(TinyTrainer.Clips(s_ml));
        var renamed = s_ml.Transforms.CopyColumns("Video", "Pixels").Fit(data).Transform(data);

        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Model.LastTransformer.Transform(renamed));

        Assert.Contains("Schema mismatch for feature column 'Video': expected Video or Vector<Single, 3, 4, 16, 16>, got Vector<Single, 3, 2, 16, 16>", error.Message);
    }

    [TestMethod]
    public void CrossValidates()
    {
        var pipeline = s_ml.Transforms.Conversion.MapValueToKey("Label").AppendCacheCheckpoint(s_ml).Append(s_ml.MulticlassClassification.Trainers.VideoMamba(TinyTrainer.Options()));
        var folds = s_ml.MulticlassClassification.CrossValidate(s_ml.Data.ShuffleRows(TinyTrainer.Clips(s_ml, perClass: 6), seed: 2), pipeline, numberOfFolds: 3);

        Assert.HasCount(3, folds);
        foreach (var fold in folds) Assert.IsTrue(fold.Metrics.LogLoss > 0 && fold.Metrics.MicroAccuracy is >= 0 and <= 1);
    }

    [TestMethod]
    public void ScoresTheSameThroughCachesShufflesAndSplits()
    {
        using var clips = new TinyClips();
        var data = s_ml.Data.LoadFromEnumerable(clips.Rows);
        var loaded = s_ml.Transforms.LoadVideoFrames("Video", "Path", TinyClips.Frames).Fit(data).Transform(data);
        var expected = Scores(loaded);

        foreach (var view in new[] { s_ml.Data.Cache(loaded), s_ml.Data.ShuffleRows(loaded, seed: 5), s_ml.Data.TrainTestSplit(loaded, testFraction: 0.5).TestSet, s_ml.Data.SkipRows(loaded, 5) })
        {
            var scores = Scores(view);
            Assert.IsNotEmpty(scores);
            foreach (var (path, score) in scores) AssertClose(expected[path], score);
        }

        static Dictionary<string, float[]> Scores(IDataView view)
        {
            var scored = Model.LastTransformer.Transform(view);
            return scored.GetColumn<string>("Path").Zip(scored.GetColumn<float[]>("Score")).ToDictionary(pair => pair.First, pair => pair.Second);
        }
    }

    [TestMethod]
    [DoNotParallelize]
    [DataRow(50)]
    public void PredictionsLeaveNoTensors(int predictions) => AssertFlat(predictions);

    [TestMethod]
    [DoNotParallelize]
    [TestCategory(TestCategories.Slow)]
    public void AThousandPredictionsLeaveNoTensors() => AssertFlat(1000);

    [TestMethod]
    [DoNotParallelize]
    public void ModelsThatNobodyHoldsAreFreed()
    {
        const int Models = 10;
        TorchRuntime.EnsureLoaded();
        var config = VideoMambaConfig.Small;
        Drop();
        long before = Resident(), size = 100L << 20;

        // Nobody calls the collector here: the pressure of the weights does.
        for (int i = 0; i < Models; i++) Drop();

        Assert.IsLessThan(before + Models / 2 * size, Resident());

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Drop() => Assert.AreEqual(config, Network.Create(config, "cpu", _ => { }).Config);

        static long Resident()
        {
            using var process = Process.GetCurrentProcess();
            return process.WorkingSet64;
        }
    }

    private static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private static void AssertFlat(int predictions)
    {
        using var engine = Engine();
        var row = new LabeledClipRow { Label = "red", Video = TinyClips.Make(2, 1) };
        for (int warmUp = 0; warmUp < 3; warmUp++) engine.Predict(row);
        Settle();
        long tensors = Tensor.TotalCount;

        for (int i = 0; i < predictions; i++) engine.Predict(row);

        Settle();
        Assert.AreEqual(tensors, Tensor.TotalCount);
    }

    private static PredictionEngine<LabeledClipRow, Scored> Engine() => s_ml.Model.CreatePredictionEngine<LabeledClipRow, Scored>(Model);

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++) Assert.AreEqual(expected[i], actual[i], 1e-5f);
    }

    private static string Annotations(DataViewSchema.Column column) => string.Join('\n', column.Annotations.Schema.OrderBy(annotation => annotation.Name, StringComparer.Ordinal).Select(annotation =>
    {
        string value = annotation.Type switch
        {
            TextDataViewType => Value<ReadOnlyMemory<char>>(),
            KeyDataViewType => Value<uint>(),
            _ => string.Join(' ', Names()),
        };
        return $"{annotation.Name}: {annotation.Type} = {value}";

        string Value<T>()
        {
            T found = default!;
            column.Annotations.GetValue(annotation.Name, ref found);
            return found!.ToString()!;
        }

        IEnumerable<ReadOnlyMemory<char>> Names()
        {
            VBuffer<ReadOnlyMemory<char>> found = default;
            column.Annotations.GetValue(annotation.Name, ref found);
            return found.DenseValues();
        }
    }));

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }

    private sealed class LabeledNumbersRow
    {
        public string Label { get; set; } = "";

        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }
}
