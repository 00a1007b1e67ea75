using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Training.Tests;

/// <summary>What goes wrong while a model is trained: each time a clear message, and nothing lost.</summary>
[TestClass]
[DoNotParallelize] // Trainings share torch's generator.
public sealed class FailureTests
{
    private const int Bad = 7;

    [TestMethod]
    public void AnUnreadableClipEndsTheTrainingByNameAndKeepsTheBest()
    {
        int readings = 0;
        var clips = new ScriptedClips(ToyClips.Set(), index =>
        {
            // It is there in the first epoch and broken in the third.
            if (index == Bad && ++readings == 3) throw ScriptedClips.Unreadable(index);
        });

        var error = Assert.ThrowsExactly<TrainingException>(() => new TrainingRun(ToyClips.Config, ToyClips.Options).Fit(clips, ToyClips.Set(4)));

        StringAssert.Contains(error.Message, "clip 7: is damaged");
        StringAssert.Contains(error.Message, "epoch 3");
        Assert.IsInstanceOfType<VideoException>(error.InnerException);
        Assert.HasCount(2, error.BestSoFar!.Epochs);
        using var model = error.BestSoFar.Model;
        Assert.AreEqual(error.BestSoFar.Epochs[error.BestSoFar.BestEpoch - 1].ValidationTop1, ClassificationMetrics.Of(ClipScorer.Score(model, ToyClips.Set(4), ToyClips.Options)).Top1);
    }

    [TestMethod]
    public void AnUnreadableClipIsLeftOut()
    {
        var clips = new ScriptedClips(ToyClips.Set(), index => { if (index == Bad) throw ScriptedClips.Unreadable(index); });

        var result = new TrainingRun(ToyClips.Config, ToyClips.Options with { OnFailure = FailurePolicy.Skip, ValidationFraction = 0 }).Fit(clips);
        result.Model.Dispose();

        Assert.HasCount(ToyClips.Options.Epochs, result.Epochs);
        Assert.AreEqual("clip 7", result.Failures.Single().Path);
        // It is not tried again in later epochs.
        Assert.AreEqual(1, clips.Readings[Bad]);
        Assert.AreEqual(ToyClips.Options.Epochs, clips.Readings[0]);
    }

    [TestMethod]
    public void AnUnreadableClipIsReplacedByAnother()
    {
        var clips = new ScriptedClips(ToyClips.Set(), index => { if (index == Bad) throw ScriptedClips.Unreadable(index); });

        var result = new TrainingRun(ToyClips.Config, ToyClips.Options with { OnFailure = FailurePolicy.Substitute, ValidationFraction = 0 }).Fit(clips);
        result.Model.Dispose();

        Assert.HasCount(1, result.Failures);
        Assert.AreEqual(1, clips.Readings[Bad]);
        Assert.AreEqual(clips.Count * ToyClips.Options.Epochs, clips.Readings.Where(pair => pair.Key != Bad).Sum(pair => pair.Value));
    }

    [TestMethod]
    [DataRow(FailurePolicy.Skip)]
    [DataRow(FailurePolicy.Substitute)]
    public void ASetWithoutAReadableClipSaysTheFirstError(FailurePolicy policy)
    {
        var clips = new ScriptedClips(ToyClips.Set(2), index => throw ScriptedClips.Unreadable(index));

        var error = Assert.ThrowsExactly<TrainingException>(() => new TrainingRun(ToyClips.Config, ToyClips.Options with { OnFailure = policy }).Fit(clips));

        StringAssert.Contains(error.Message, "is damaged");
        Assert.IsNull(error.BestSoFar);
    }

    [TestMethod]
    public void ALossThatIsNoNumberNamesItsBatchAndKeepsTheBest()
    {
        // A target of the largest float in the third epoch overflows the squared error.
        var numbers = new Exploding(ToyClips.Numbers());
        var options = ToyClips.Options with { Task = TrainingTask.Regression, ValidationFraction = 0, Workers = 1 };

        var error = Assert.ThrowsExactly<NonFiniteLossException>(() => new TrainingRun(ToyClips.Config with { Classes = 1 }, options).Fit(numbers, epochDone: epoch => numbers.Explodes = epoch.Epoch == 2));

        Assert.IsFalse(double.IsFinite(error.Value));
        Assert.AreEqual(3, error.Epoch);
        Assert.IsNotEmpty(error.Clips);
        foreach (string clip in error.Clips) StringAssert.Contains(error.Message, clip);
        StringAssert.Contains(error.Message, "learning rate");
        Assert.HasCount(2, error.BestSoFar!.Epochs);
        Assert.IsTrue(error.BestSoFar.Model.parameters().All(parameter => parameter.isfinite().all().item<bool>()));
        error.BestSoFar.Model.Dispose();
    }

    [TestMethod]
    public void CancellationKeepsTheBest()
    {
        using var source = new CancellationTokenSource();

        var result = new TrainingRun(ToyClips.Config, ToyClips.Options with { Epochs = 1000 }).Fit(ToyClips.Set(), epochDone: epoch => { if (epoch.Epoch == 3) source.Cancel(); }, cancellation: source.Token);
        result.Model.Dispose();

        Assert.IsTrue(result.Cancelled);
        Assert.HasCount(3, result.Epochs);
        Assert.IsGreaterThan(0, result.BestEpoch);
    }

    [TestMethod]
    public void CancellationInTheFirstEpochGivesTheWeightsOfTheLastStep()
    {
        using var source = new CancellationTokenSource();
        int steps = 0;

        var result = new TrainingRun(ToyClips.Config, ToyClips.Options).Fit(
            new ScriptedClips(ToyClips.Set(), _ => { if (++steps > 8) source.Cancel(); }), cancellation: source.Token);
        result.Model.Dispose();

        Assert.IsTrue(result.Cancelled);
        Assert.AreEqual(0, result.BestEpoch);
        Assert.HasCount(0, result.Epochs);
    }

    [TestMethod]
    public void EmptySetsAndWrongLabelsAreRefused()
    {
        var run = new TrainingRun(ToyClips.Config, ToyClips.Options);
        var empty = new ClipList([]);

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => run.Fit(empty)).Message, "no clip");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => run.Fit(ToyClips.Set(), empty)).Message, "no clip");
        var wrong = new ClipList([(ToyClips.Clip(0, 0), TrainingLabel.OfClass(3))]);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => run.Fit(wrong)).Message, "class 3");
        var numbers = new TrainingRun(ToyClips.Config with { Classes = 1 }, ToyClips.Options with { Task = TrainingTask.Regression });
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => numbers.Fit(new ClipList([(ToyClips.Clip(0, 0), TrainingLabel.OfValue(float.NaN))]))).Message, "NaN");
    }

    [TestMethod]
    public void AClassWithOneClipIsLearnedFromAndNeverHeldOut()
    {
        var clips = new ClipList([.. ToyClips.Pairs(6, classes: 2), (ToyClips.Clip(2, 0), TrainingLabel.OfClass(2))]);

        var (training, validation) = ClipSplit.Stratified([.. Enumerable.Range(0, clips.Count).Select(clips.LabelOf)], TrainingTask.Classification, 0.25, seed: 1);
        var result = new TrainingRun(ToyClips.Config, ToyClips.Options).Fit(clips);
        result.Model.Dispose();

        CollectionAssert.Contains(training.ToArray(), 12);
        Assert.HasCount(4, validation);
        Assert.HasCount(ToyClips.Options.Epochs, result.Epochs);
    }

    /// <summary>Numbers one of which becomes far too large.</summary>
    private sealed class Exploding(ITrainingClips clips) : ITrainingClips
    {
        public bool Explodes { get; set; }

        public int Count => clips.Count;

        public TrainingLabel LabelOf(int index) => Explodes && index == Bad ? TrainingLabel.OfValue(float.MaxValue) : clips.LabelOf(index);

        public VideoClip ReadClip(int index) => clips.ReadClip(index);
    }
}
