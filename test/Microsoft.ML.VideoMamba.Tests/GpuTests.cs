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
        var model = TinyTrainer.Classifier(_ml, clips, options => (options.Device, options.Epochs) = ("cuda", 8));
        Assert.AreEqual("cuda:0", model.LastTransformer.Device);
        Assert.IsGreaterThan(0.8, _ml.MulticlassClassification.Evaluate(model.Transform(clips)).MicroAccuracy);

        var (onCard, onCpu) = (Reload(model, clips, "cuda:0"), Reload(model, clips, "cpu"));

        Assert.AreEqual(("cuda:0", "cpu"), (Transformer(onCard).Device, Transformer(onCpu).Device));
        var expected = Scores(model, clips);
        var (again, elsewhere) = (Scores(onCard, clips), Scores(onCpu, clips));
        for (int i = 0; i < expected.Length; i++)
        {
            CollectionAssert.AreEqual(expected[i], again[i], "bit by bit on the same device");
            for (int c = 0; c < 3; c++) Assert.AreEqual(expected[i][c], elsewhere[i][c], 1e-3f);
        }
    }

    [TestMethod]
    public void AModelOfTheCpuRunsOnTheCardThatTheContextNames()
    {
        var clips = TinyTrainer.Clips(_ml);
        var model = TinyTrainer.Classifier(_ml, clips);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, clips.Schema, stream);

        var loaded = new MLContext { GpuDeviceId = 0 }.Model.Load(stream, out _);

        Assert.AreEqual("cuda:0", Transformer(loaded).Device);
        var (expected, got) = (Scores(model, clips), Scores(loaded, clips));
        for (int i = 0; i < expected.Length; i++)
        {
            for (int c = 0; c < 3; c++) Assert.AreEqual(expected[i][c], got[i][c], 1e-3f);
        }
    }

    [TestMethod]
    public void ServesEightThreadsAtOnce()
    {
        var clips = TinyTrainer.Clips(_ml);
        var model = TinyTrainer.Classifier(_ml, clips, options => options.Device = "cuda");
        float[][] expected = Scores(model, clips);

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            float[][] got = Scores(model, TinyTrainer.Clips(new MLContext()));
            for (int i = 0; i < expected.Length; i++) CollectionAssert.AreEqual(expected[i], got[i]);
        });
    }

    [TestMethod]
    public void EmbedsOnTheCard()
    {
        using var checkpoint = new TinyCheckpoint();
        var clips = TinyTrainer.Clips(_ml);
        float[][] Features(string device) => [.. _ml.Transforms.VideoMambaEmbedding(new() { Checkpoint = checkpoint.Path, Device = device }).Fit(clips).Transform(clips).GetColumn<float[]>("Features")];

        var (onCpu, onCard) = (Features("cpu"), Features("cuda"));

        for (int i = 0; i < onCpu.Length; i++)
        {
            for (int d = 0; d < onCpu[i].Length; d++) Assert.AreEqual(onCpu[i][d], onCard[i][d], 1e-3f);
        }
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
            Device = "cuda",
        };
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.MulticlassClassification.Trainers.VideoMamba(options, metricsCallback: epochs.Add));

        var model = pipeline.Fit(rows);

        TestContext.WriteLine(JsonSerializer.Serialize(new { trainer = "tiny", clips_per_s = epochs.Select(epoch => Math.Round(epoch.ClipsPerSecond)), train_loss = epochs.Select(epoch => epoch.TrainLoss) }));
        Assert.AreEqual("cuda:0", model.LastTransformer.Device);
        Assert.IsLessThan(epochs[0].TrainLoss, epochs[^1].TrainLoss);
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
