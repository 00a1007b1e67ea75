using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training;

namespace Microsoft.ML.VideoMamba.Tests;

[TestClass]
public sealed class CancellationTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(true, DisplayName = "By AutoML's way")]
    [DataRow(false, DisplayName = "By a token")]
    public void AStoppedFitGivesTheBestSoFar(bool byContext)
    {
        var warnings = new List<string>();
        _ml.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning) lock (warnings) warnings.Add(e.RawMessage);
        };
        using var source = new CancellationTokenSource();

        var model = Fit(
            epoch =>
            {
                if (epoch.Epoch != 2) return;
                if (byContext) AutoML.Cancel(_ml);
                else source.Cancel();
            },
            cancellation: source.Token);

        Assert.HasCount(2, model.Epochs);
        Assert.IsGreaterThan(0, model.BestEpoch);
        Assert.Contains($"Training was stopped in epoch 2 of 500; the best so far, of epoch {model.BestEpoch}, is kept.", string.Join('\n', warnings));
        Assert.HasCount(12, Scores(_ml, model));
    }

    [TestMethod]
    public void AFitStoppedInItsFirstEpochGivesTheLastStep()
    {
        var model = Fit(progress: new StopAfterSteps(_ml, 2));

        Assert.AreEqual((0, 0), (model.Epochs.Count, model.BestEpoch));
        Assert.HasCount(12, Scores(_ml, model));
    }

    [TestMethod]
    public void AFitStoppedWhileClipsAreReadThrows()
    {
        var clips = _ml.Data.LoadFromEnumerable(Rows());

        Assert.ThrowsExactly<OperationCanceledException>(() => _ml.Regression.Trainers.VideoMamba(TinyTrainer.Options()).Fit(clips));

        IEnumerable<NumberedClipRow> Rows()
        {
            for (int i = 0; i < 100; i++)
            {
                Assert.IsLessThan(5, i, "it must stop soon after row 2");
                if (i == 2) AutoML.Cancel(_ml);
                yield return new NumberedClipRow { Label = i, Video = TinyClips.Make(0, i) };
            }
        }
    }

    [TestMethod]
    public void AStoppedFitGoesOnFromItsState()
    {
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        var trainers = _ml.MulticlassClassification.Trainers;
        var map = _ml.Transforms.Conversion.MapValueToKey("Label");
        var options = TinyTrainer.Options(options => options.StateFolder = folder.FullName);
        map.Append(trainers.VideoMamba(options, metricsCallback: epoch => source.Cancel(), cancellation: source.Token)).Fit(TinyTrainer.Clips(_ml));
        options.Resume = true;
        var resumed = new List<int>();

        var model = map.Append(trainers.VideoMamba(options, metricsCallback: epoch => resumed.Add(epoch.Epoch))).Fit(TinyTrainer.Clips(_ml)).LastTransformer;

        CollectionAssert.AreEqual(new[] { 2, 3 }, resumed);
        Assert.HasCount(3, model.Epochs);
    }

    [TestMethod]
    public void AContextTrainsAgainAfterAStopByToken()
    {
        using var source = new CancellationTokenSource();
        Fit(epoch => source.Cancel(), cancellation: source.Token);

        Assert.HasCount(3, TinyTrainer.Classifier(_ml).LastTransformer.Epochs);
    }

    private VideoMambaTransformer Fit(Action<EpochMetrics>? callback = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        var trainer = _ml.MulticlassClassification.Trainers.VideoMamba(TinyTrainer.Options(options => options.Epochs = 500), null, callback, progress, cancellation);
        return _ml.Transforms.Conversion.MapValueToKey("Label").Append(trainer).Fit(TinyTrainer.Clips(_ml)).LastTransformer;
    }

    private static float[][] Scores(MLContext ml, VideoMambaTransformer model) => [.. model.Transform(TinyTrainer.Clips(ml)).GetColumn<float[]>("Score")];

    private sealed class StopAfterSteps(MLContext ml, int last) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == last) AutoML.Cancel(ml);
        }
    }
}
