using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>The components on a CUDA device, and models that change theirs.</summary>
[TestClass]
[DoNotParallelize]
[TestCategory(TestCategories.Gpu)]
public sealed class GpuTests
{
    private readonly MLContext _ml = new(seed: 1);

    public required TestContext TestContext { get; set; }

    [TestInitialize]
    public void RequireCard() => Gpu.Require();

    [TestMethod]
    public void LearnsOnTheCardAndScoresOnEither()
    {
        var clips = TinyTrainer.Clips(_ml);
        var model = TinyTrainer.Classifier(_ml, clips, options => (options.Device, options.Epochs) = (Gpu.Name, 8));
        Assert.AreEqual(Gpu.Name, model.LastTransformer.Device);
        Assert.IsGreaterThan(0.8, _ml.MulticlassClassification.Evaluate(model.Transform(clips)).MicroAccuracy);

        var (onCard, onCpu) = (Reload(model, clips, Gpu.Name), Reload(model, clips, "cpu"));

        Assert.AreEqual((Gpu.Name, "cpu"), (Transformer(onCard).Device, Transformer(onCpu).Device));
        var expected = Scores(model, clips);
        AssertSame(expected, Scores(onCard, clips), 0);
        AssertSame(expected, Scores(onCpu, clips), 1e-3f);
    }

    [TestMethod]
    public void AModelOfTheCpuRunsOnTheCardThatTheContextNamesAndComesBackUnchanged()
    {
        var clips = TinyTrainer.Clips(_ml);
        var model = TinyTrainer.Classifier(_ml, clips);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, clips.Schema, stream);

        var loaded = new MLContext { GpuDeviceId = Gpu.Index }.Model.Load(stream, out _);

        Assert.AreEqual(Gpu.Name, Transformer(loaded).Device);
        var expected = Scores(model, clips);
        AssertSame(expected, Scores(loaded, clips), 1e-3f);
        AssertSame(expected, Scores(Reload(loaded, clips, "cpu"), clips), 0);
    }

    [TestMethod]
    public void ServesEightThreadsAtOnce()
    {
        var clips = TinyTrainer.Clips(_ml);
        var model = TinyTrainer.Classifier(_ml, clips, options => options.Device = Gpu.Name);
        float[][] expected = Scores(model, clips);

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            AssertSame(expected, Scores(model, TinyTrainer.Clips(new MLContext())), 0);
        });
    }

    [TestMethod]
    public void EmbedsOnTheCard()
    {
        using var checkpoint = new TinyCheckpoint();
        var clips = TinyTrainer.Clips(_ml);
        float[][] Features(string device) => [.. _ml.Transforms.VideoMambaEmbedding(new() { Checkpoint = checkpoint.Path, Device = device }).Fit(clips).Transform(clips).GetColumn<float[]>("Features")];

        var (onCpu, onCard) = (Features("cpu"), Features(Gpu.Name));

        AssertSame(onCpu, onCard, 1e-3f);
    }

    [TestMethod]
    public void AModelMovesFromCardToCard()
    {
        string other = Gpu.RequireOther();
        var clips = TinyTrainer.Clips(_ml);
        var model = TinyTrainer.Classifier(_ml, clips, options => (options.Device, options.Epochs) = (other, 8));
        Assert.AreEqual(other, model.LastTransformer.Device);

        var (here, there) = (Reload(model, clips, Gpu.Name), Reload(model, clips, other));

        Assert.AreEqual((Gpu.Name, other), (Transformer(here).Device, Transformer(there).Device));
        var expected = Scores(model, clips);
        AssertSame(expected, Scores(there, clips), 0);
        AssertSame(expected, Scores(here, clips), 1e-4f);
        AssertSame(expected, Scores(Reload(here, clips, "cpu"), clips), 1e-3f);
    }

    [TestMethod]
    public void TwoCardsServeAndLearnAtOnce()
    {
        string[] devices = [Gpu.Name, Gpu.RequireOther()];
        var clips = TinyTrainer.Clips(_ml);
        var model = TinyTrainer.Classifier(_ml, clips);
        var loaded = devices.Select(device => Reload(model, clips, device)).ToArray();
        var expected = loaded.Select(one => Scores(one, clips)).ToArray();

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            int card = i % 2;
            if (i < 2) Assert.AreEqual(devices[card], TinyTrainer.Classifier(new MLContext(seed: 1), change: options => options.Device = devices[card]).LastTransformer.Device);
            for (int round = 0; round < 4; round++) AssertSame(expected[card], Scores(loaded[card], TinyTrainer.Clips(new MLContext())), 0);
        });
    }

    /// <summary>A training of the published tiny network as users run it: clips of a camera's size, prepared anew each epoch. A bench of its step alone says what the card can.</summary>
    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    public void TrainsATinyNetworkWithoutWaitingForClips()
    {
        const int Clips = 320, Batch = 32, Frames = 8;
        var rows = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, Clips)
            .Select(i => new LabeledClipRow { Label = TinyClips.Classes[i % 3], Video = TinyClips.Make(i % 3, i, Frames, side: 256) }));
        var epochs = new List<EpochMetrics>();
        var options = new VideoMambaTrainer.Options
        {
            Architecture = VideoMambaArchitecture.Tiny,
            Frames = Frames,
            ImageSize = 224,
            Epochs = 4,
            BatchSize = Batch,
            DropPath = 0.1,
            Precision = TrainingPrecision.BFloat16,
            HorizontalFlip = true,
            ValidationFraction = 0.1,
            Device = Gpu.Name,
        };
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.MulticlassClassification.Trainers.VideoMamba(options, metricsCallback: epochs.Add));

        var model = pipeline.Fit(rows);

        TestContext.WriteLine(JsonSerializer.Serialize(new { trainer = "tiny", clips_per_s = epochs.Select(epoch => Math.Round(epoch.ClipsPerSecond)), train_loss = epochs.Select(epoch => epoch.TrainLoss) }));
        Assert.AreEqual(Gpu.Name, model.LastTransformer.Device);
        Assert.IsLessThan(epochs[0].TrainLoss, epochs[^1].TrainLoss);
    }

    private static void AssertSame(float[][] expected, float[][] got, float tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            for (int c = 0; c < expected[i].Length; c++) Assert.AreEqual(expected[i][c], got[i][c], tolerance);
        }
    }

    private static VideoMambaTransformer Transformer(ITransformer model) => ((IEnumerable<ITransformer>)model).OfType<VideoMambaTransformer>().Single();

    private static float[][] Scores(ITransformer model, IDataView clips) => [.. model.Transform(clips).GetColumn<float[]>("Score")];

    private ITransformer Reload(ITransformer model, IDataView clips, string device)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, clips.Schema, stream);
        Environment.SetEnvironmentVariable(NetworkDevice.Variable, device);
        try
        {
            return new MLContext().Model.Load(stream, out _);
        }
        finally
        {
            Environment.SetEnvironmentVariable(NetworkDevice.Variable, null);
        }
    }
}
