using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Training.Optimization;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Tests;

/// <summary>A training that is stopped, in whatever way, goes on as if it never was.</summary>
[TestClass]
[DoNotParallelize] // Trainings share torch's generator.
public sealed class ResumeTests
{
    private static readonly VideoMambaConfig s_config = ToyClips.Config with { DropPath = 0.2 };

    private static readonly TrainingOptions s_options = ToyClips.Options with
    {
        Epochs = 5,
        AverageDecay = 0.9,
        FinalWeightDecay = 0.2,
        AccumulationSteps = 2,
        LayerDecay = 0.8,
        LayerDecayMapping = LayerDecayMapping.Corrected,
    };

    [TestMethod]
    [DataRow(1, TrainingPrecision.Float32)]
    [DataRow(3, TrainingPrecision.Float32)]
    [DataRow(3, TrainingPrecision.BFloat16)]
    public void LossesAndWeightsAreThoseOfATrainingThatWasNeverStopped(int stopAfter, TrainingPrecision precision)
    {
        using var folder = new TemporaryFolder();
        var options = s_options with { StateFolder = folder["state"], Resume = true, Precision = precision };
        var whole = new TrainingRun(s_config, options with { StateFolder = null, Resume = false }).Fit(ToyClips.Set());

        using var source = new CancellationTokenSource();
        var stopped = new TrainingRun(s_config, options).Fit(StopIn(stopAfter + 1, source), cancellation: source.Token);
        var resumed = new TrainingRun(s_config, options).Fit(ToyClips.Set());

        Assert.HasCount(stopAfter, stopped.Epochs);
        CollectionAssert.AreEqual(Losses(whole), Losses(resumed));
        Assert.AreEqual(whole.BestEpoch, resumed.BestEpoch);
        AssertSameWeights(whole.Model, resumed.Model);
        foreach (var result in new[] { whole, stopped, resumed }) result.Model.Dispose();
    }

    /// <summary>Unlike a shorter training, a paused one has the rates of the whole.</summary>
    [TestMethod]
    public void ATrainingThatPausesGoesOnAsIfItHadNot()
    {
        using var folder = new TemporaryFolder();
        var options = s_options with { StateFolder = folder["state"], Resume = true };
        var whole = new TrainingRun(s_config, options with { StateFolder = null, Resume = false }).Fit(ToyClips.Set());

        var results = new[] { 2, 2, 3, options.Epochs }.Select(epoch => new TrainingRun(s_config, options with { PauseAfter = epoch }).Fit(ToyClips.Set())).ToList();

        CollectionAssert.AreEqual(new[] { 2, 2, 3, options.Epochs }, results.Select(result => result.Epochs.Count).ToArray());
        Assert.IsFalse(results.Any(result => result.Cancelled));
        CollectionAssert.AreEqual(Losses(whole), Losses(results[^1]));
        AssertSameWeights(whole.Model, results[^1].Model);
        foreach (var result in results.Append(whole)) result.Model.Dispose();
    }

    [TestMethod]
    public void RegressionGoesOnInItsOwnScale()
    {
        using var folder = new TemporaryFolder();
        var (config, options) = (s_config with { Classes = 1 }, s_options with { Task = TrainingTask.Regression, StateFolder = folder["state"], Resume = true });
        var whole = new TrainingRun(config, options with { StateFolder = null, Resume = false }).Fit(ToyClips.Numbers());

        using var source = new CancellationTokenSource();
        new TrainingRun(config, options).Fit(ToyClips.Numbers(), epochDone: epoch => { if (epoch.Epoch == 2) source.Cancel(); }, cancellation: source.Token).Model.Dispose();
        var resumed = new TrainingRun(config, options).Fit(ToyClips.Numbers());

        CollectionAssert.AreEqual(Losses(whole), Losses(resumed));
        AssertSameWeights(whole.Model, resumed.Model);
        whole.Model.Dispose();
        resumed.Model.Dispose();
    }

    [TestMethod]
    public void AStateOfSomeEpochsBeforeDoesAsWell()
    {
        using var folder = new TemporaryFolder();
        var options = s_options with { StateFolder = folder["state"], StateInterval = 3, Resume = true, Epochs = 6 };
        var whole = new TrainingRun(s_config, options with { StateFolder = null, Resume = false }).Fit(ToyClips.Set());
        using var source = new CancellationTokenSource();

        new TrainingRun(s_config, options).Fit(ToyClips.Set(), epochDone: epoch => { if (epoch.Epoch == 5) source.Cancel(); }, cancellation: source.Token).Model.Dispose();
        int from = 0;
        var resumed = new TrainingRun(s_config, options).Fit(ToyClips.Set(), epochDone: epoch => from = from == 0 ? epoch.Epoch : from);

        Assert.AreEqual(4, from);
        CollectionAssert.AreEqual(Losses(whole), Losses(resumed));
        AssertSameWeights(whole.Model, resumed.Model);
        whole.Model.Dispose();
        resumed.Model.Dispose();
    }

    [TestMethod]
    public void AFinishedTrainingGivesItsResultAgain()
    {
        using var folder = new TemporaryFolder();
        var options = s_options with { StateFolder = folder["state"], Resume = true, Epochs = 2 };
        var first = new TrainingRun(s_config, options).Fit(ToyClips.Set());

        int steps = 0;
        var second = new TrainingRun(s_config, options).Fit(ToyClips.Set(), progress: new Progress<TrainingProgress>(_ => steps++));

        Assert.AreEqual(0, steps);
        CollectionAssert.AreEqual(Losses(first), Losses(second));
        AssertSameWeights(first.Model, second.Model);
        first.Model.Dispose();
        second.Model.Dispose();
    }

    [TestMethod]
    public void AStateIsNeitherOverwrittenNorTakenForAnothers()
    {
        using var folder = new TemporaryFolder();
        var options = s_options with { StateFolder = folder["state"], Epochs = 1 };
        new TrainingRun(s_config, options).Fit(ToyClips.Set()).Model.Dispose();

        string Refusal(VideoMambaConfig config, TrainingOptions changed, ITrainingSet clips) =>
            Assert.ThrowsExactly<ArgumentException>(() => new TrainingRun(config, changed).Fit(clips)).Message;

        StringAssert.Contains(Refusal(s_config, options, ToyClips.Set()), nameof(TrainingOptions.Resume));
        StringAssert.Contains(Refusal(s_config, options with { Resume = true, LearningRate = 0.1 }, ToyClips.Set()), "LearningRate was 0.005, now it is 0.1");
        StringAssert.Contains(Refusal(s_config with { Depth = 3 }, options with { Resume = true }, ToyClips.Set()), "network.Depth was 2, now it is 3");
        StringAssert.Contains(Refusal(s_config, options with { Resume = true }, ToyClips.Set(7)), "training set");
        StringAssert.Contains(Refusal(s_config, options with { Resume = true, Augmentation = options.Augmentation with { Flip = true } }, ToyClips.Set()), "Augmentation.Flip was false, now it is true");

        // Where it runs does not matter.
        new TrainingRun(s_config, options with { Resume = true, Workers = 7 }).Fit(ToyClips.Set()).Model.Dispose();
    }

    [TestMethod]
    public void ADamagedStateIsNamed()
    {
        using var folder = new TemporaryFolder();
        var options = s_options with { StateFolder = folder["state"], Resume = true, Epochs = 1 };
        new TrainingRun(s_config, options).Fit(ToyClips.Set()).Model.Dispose();
        string last = Path.Combine(folder["state"], "last.safetensors");
        byte[] whole = File.ReadAllBytes(last);

        foreach (byte[] damaged in new[] { [], whole[..(whole.Length / 2)], whole[..^1] })
        {
            File.WriteAllBytes(last, damaged);
            StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => new TrainingRun(s_config, options).Fit(ToyClips.Set())).Message, last);
        }

        CheckpointWriter.Save(last, new Dictionary<string, Tensor> { ["x"] = zeros(1) });
        StringAssert.Contains(Assert.ThrowsExactly<CheckpointException>(() => new TrainingRun(s_config, options).Fit(ToyClips.Set())).Message, "no state of a training");
    }

    [TestMethod]
    public void AFullDiskCostsTheStateNotTheTraining()
    {
        using var disk = SmallDisk.Create(kilobytes: 2000);
        var options = s_options with { StateFolder = Path.Combine(disk.Folder, "state"), Resume = true, Epochs = 4 };
        string filler = Path.Combine(disk.Folder, "filler");

        // The disk fills up behind the second epoch.
        var result = new TrainingRun(s_config, options).Fit(ToyClips.Set(), epochDone: epoch =>
        {
            if (epoch.Epoch == 3) Fill(filler);
        });
        result.Model.Dispose();

        Assert.HasCount(4, result.Epochs);
        Assert.IsNotNull(result.StateFailure);
        StringAssert.Contains(result.StateFailure.Message, disk.Folder);
        // The state of the second epoch is whole, and what was half-written is gone.
        File.Delete(filler);
        Assert.HasCount(2, Directory.GetFiles(options.StateFolder));
        var resumed = new TrainingRun(s_config, options).Fit(ToyClips.Set());
        resumed.Model.Dispose();
        CollectionAssert.AreEqual(Losses(result), Losses(resumed));
        Assert.IsNull(resumed.StateFailure);
    }

    [TestMethod]
    public void TheBestWeightsThatDidNotFitAreWrittenOnceTheyDo()
    {
        using var disk = SmallDisk.Create(kilobytes: 2000);
        var options = s_options with { StateFolder = Path.Combine(disk.Folder, "state"), Resume = true, Epochs = 4 };
        string filler = Path.Combine(disk.Folder, "filler");
        // What is learned is wrong of these: the first epoch stays the best.
        var wrong = new ClipList([.. ToyClips.Pairs(4, ToyClips.Classes).Select(pair => (pair.Clip, TrainingLabel.OfClass((pair.Label.ClassIndex + 1) % ToyClips.Classes)))]);
        var whole = new TrainingRun(s_config, options with { StateFolder = null, Resume = false }).Fit(ToyClips.Set(), wrong);
        Assert.AreEqual(1, whole.BestEpoch);

        // The disk is full behind the first epoch only.
        using var source = new CancellationTokenSource();
        new TrainingRun(s_config, options).Fit(ToyClips.Set(), wrong, epochDone: epoch =>
        {
            if (epoch.Epoch == 1) Fill(filler);
            if (epoch.Epoch == 2) File.Delete(filler);
            if (epoch.Epoch == 3) source.Cancel();
        }, cancellation: source.Token).Model.Dispose();
        var resumed = new TrainingRun(s_config, options).Fit(ToyClips.Set(), wrong);

        CollectionAssert.AreEqual(Losses(whole), Losses(resumed));
        AssertSameWeights(whole.Model, resumed.Model);
        whole.Model.Dispose();
        resumed.Model.Dispose();
    }

    [TestMethod]
    public void OnlyTheLastStateAndTheBestWeightsStay()
    {
        using var folder = new TemporaryFolder();
        var options = s_options with { StateFolder = folder["state"] };

        var result = new TrainingRun(s_config, options).Fit(ToyClips.Set());
        result.Model.Dispose();

        CollectionAssert.AreEquivalent(new[] { "last.safetensors", $"best-{result.BestEpoch}.safetensors" }, Directory.GetFiles(folder["state"]).Select(Path.GetFileName).ToArray());
    }

    private static double?[] Losses(TrainingResult result) => [.. result.Epochs.SelectMany(epoch => new[] { epoch.TrainLoss, epoch.ValidationLoss, epoch.ValidationTop1, epoch.LearningRate })];

    /// <summary>Stops in the middle of an epoch.</summary>
    private static ScriptedClips StopIn(int epoch, CancellationTokenSource source)
    {
        int readings = 0;
        var clips = ToyClips.Set();
        return new ScriptedClips(clips, _ => { if (Interlocked.Increment(ref readings) == (epoch - 1) * clips.Count + clips.Count / 2) source.Cancel(); });
    }

    private static void AssertSameWeights(VideoMambaModel one, VideoMambaModel other)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in one.named_parameters()) Assert.IsTrue(parameter.Equals(other.get_parameter(name)!), name);
    }

    private static void Fill(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            while (true) stream.Write(new byte[1024]);
        }
        catch (IOException)
        {
            // Now it is full.
        }
    }
}
