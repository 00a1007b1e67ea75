using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Batches;
using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Training.Mixing;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Training.Tests;

[TestClass]
[DoNotParallelize] // Trainings share torch's generator.
public sealed class TrainingRunTests
{
    [TestMethod]
    [DataRow(TrainingPrecision.Float32)]
    [DataRow(TrainingPrecision.BFloat16)]
    public void LearnsToTellColoursApart(TrainingPrecision precision)
    {
        var run = new TrainingRun(ToyClips.Config, ToyClips.Options with { Precision = precision });

        var result = run.Fit(ToyClips.Set());
        using var model = result.Model;
        var outputs = ClipScorer.Score(model, ToyClips.Set(perClass: 4), ToyClips.Options);

        Assert.AreEqual(1, ClassificationMetrics.Of(outputs).Top1, $"Losses: {string.Join(", ", result.Epochs.Select(epoch => epoch.TrainLoss))}");
        Assert.IsLessThan(result.Epochs[0].TrainLoss, result.Epochs[^1].TrainLoss);
        Assert.IsTrue(model.parameters().All(parameter => parameter.dtype == torch.ScalarType.Float32 && parameter.grad is null));
        Assert.IsFalse(model.training);
        Assert.IsFalse(result.Cancelled);
        Assert.HasCount(0, result.Failures);
    }

    [TestMethod]
    public void LearnsNumbersOfAnySize()
    {
        var options = ToyClips.Options with { Task = TrainingTask.Regression, Epochs = 12 };

        var result = new TrainingRun(ToyClips.Config with { Classes = 1 }, options).Fit(ToyClips.Numbers());
        using var model = result.Model;
        var outputs = ClipScorer.Score(model, ToyClips.Numbers(), options);
        var metrics = RegressionMetrics.Of(outputs.Select(output => ((double)output.Label.Target, (double)output.Output[0])));

        // The numbers lie from 100 to 120; their mean alone would be 33 off in the square.
        Assert.IsLessThan(6, metrics.MeanSquaredError);
        Assert.IsNull(result.Epochs[0].ValidationTop1);
        Assert.IsLessThan(result.Epochs[0].ValidationLoss!.Value, result.Epochs.Min(epoch => epoch.ValidationLoss!.Value));
    }

    [TestMethod]
    public void TheSameSeedGivesTheSameLossesWhateverTheThreads() => SameSeedSameLosses("cpu");

    [TestMethod]
    [TestCategory(TestCategories.Gpu)]
    public void TheSameSeedGivesTheSameLossesOnACardToo()
    {
        Gpu.Require();
        SameSeedSameLosses(Gpu.Name);
    }

    [TestMethod]
    public void KeepsTheWeightsOfTheBestEpoch()
    {
        // A rate that rises from nothing to far too much: a middle epoch is the best.
        var options = ToyClips.Options with { Epochs = 8, LearningRate = 3, WarmupEpochs = 8, MinLearningRate = 1e-5, GradientClip = null };
        var validation = ToyClips.Set(perClass: 5);

        var result = new TrainingRun(ToyClips.Config, options).Fit(ToyClips.Set(), validation);
        using var model = result.Model;
        var measured = ClassificationMetrics.Of(ClipScorer.Score(model, validation, options));

        var best = result.Epochs.OrderByDescending(epoch => epoch.ValidationTop1).ThenBy(epoch => epoch.ValidationLoss).First();
        Assert.AreEqual(best.Epoch, result.BestEpoch);
        Assert.AreNotEqual(result.Epochs.Count, result.BestEpoch);
        Assert.AreEqual(best.ValidationLoss!.Value, measured.LogLoss, 1e-6);
        Assert.AreEqual(best.ValidationTop1, measured.Top1);
    }

    [TestMethod]
    public void AccumulatedBatchesAreOneLargeBatch()
    {
        EpochMetrics[] Epochs(int batch, int accumulation)
        {
            var options = ToyClips.Options with { BatchSize = batch, AccumulationSteps = accumulation, Epochs = 2, ValidationFraction = 0 };
            var result = new TrainingRun(ToyClips.Config, options).Fit(ToyClips.Set(perClass: 5));
            result.Model.Dispose();
            return [.. result.Epochs];
        }

        // 15 clips: batches of 4, 4, 4, 3, two to a step.
        foreach (var (one, other) in Epochs(8, 1).Zip(Epochs(4, 2)))
        {
            Assert.AreEqual(one.TrainLoss, other.TrainLoss, 1e-5);
            Assert.AreEqual(one.LearningRate, other.LearningRate);
        }
    }

    [TestMethod]
    public void TheMovingAverageIsWhatIsValidatedAndKept()
    {
        var options = ToyClips.Options with { Epochs = 2, AverageDecay = 0.999 };
        var result = new TrainingRun(ToyClips.Config, options).Fit(ToyClips.Set());
        using var model = result.Model;

        torch.manual_seed(options.Seed);
        using var start = new Models.VideoMambaModel(ToyClips.Config);
        using var scope = torch.NewDisposeScope();
        using var noGradients = torch.no_grad();
        double Moved(string name) => (model.get_parameter(name)! - start.get_parameter(name)!).abs().max().item<float>();

        // A dozen steps at a decay of 0.999 leave the average within hundredths of the start.
        Assert.IsLessThan(6e-4, Moved("head.weight"));
        Assert.IsGreaterThan(0, Moved("head.weight"));
        Assert.IsLessThan(0.5, result.Epochs[^1].ValidationTop1!.Value - result.Epochs[0].ValidationTop1!.Value);
    }

    [TestMethod]
    public void WeightDecayFollowsItsSchedule()
    {
        double Norm(double? final)
        {
            var options = ToyClips.Options with { Epochs = 3, WeightDecay = 0.01, FinalWeightDecay = final, LearningRate = 0.05, ValidationFraction = 0 };
            using var model = new TrainingRun(ToyClips.Config, options).Fit(ToyClips.Set()).Model;
            return model.get_parameter("layers.0.mixer.in_proj.weight")!.norm().item<float>();
        }

        double plain = Norm(null);
        Assert.IsLessThan(plain, Norm(5));
    }

    [TestMethod]
    public void ClassWeightsMoveTheDecision()
    {
        // One clip of the second class to nine of the first, all alike: only the weights decide what is said of it.
        var clips = new ClipList([.. Enumerable.Range(0, 10).Select(i => (ToyClips.Clip(0, 0), TrainingLabel.OfClass(i == 0 ? 1 : 0)))]);
        double Second(IReadOnlyList<double>? weights)
        {
            var options = ToyClips.Options with { ClassWeights = weights, ValidationFraction = 0, BatchSize = 10, Epochs = 30 };
            using var model = new TrainingRun(ToyClips.Config with { Classes = 2 }, options).Fit(clips).Model;
            return ClassificationMetrics.Softmax(ClipScorer.Score(model, clips, options)[0].Output)[1];
        }

        var balanced = ClassBalance.Weights(Enumerable.Range(0, clips.Count).Select(clips.LabelOf), classes: 2);
        CollectionAssert.AreEqual(new[] { 10 / 18.0, 5 }, balanced.ToArray());
        Assert.AreEqual(0.1, Second(null), 0.07);
        Assert.AreEqual(0.5, Second(balanced), 0.1);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void LearnsByAYesOrNoForEachClass(bool mixed)
    {
        var options = ToyClips.Options with { Loss = ClassificationLoss.BinaryCrossEntropy, LabelSmoothing = 0.1, Mixing = mixed ? new MixOptions() : null, Epochs = 10 };
        var result = new TrainingRun(ToyClips.Config, options).Fit(ToyClips.Set(12));
        result.Model.Dispose();

        // All three classes at the start: a yes or no is worth log 2.
        Assert.AreEqual(Math.Log(2), result.Epochs[0].TrainLoss, 0.2);
        Assert.AreEqual(1, result.Epochs[result.BestEpoch - 1].ValidationTop1);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>((options with { ClassWeights = [1, 1, 1] }).Validate).Message, nameof(TrainingOptions.ClassWeights));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void TwoSubmodelsLearnFromEachOther(bool mixed)
    {
        var config = ToyClips.Config with { DropPath = 0.2 };
        var options = ToyClips.Options with { Loss = ClassificationLoss.Cosub, LabelSmoothing = 0.1, Mixing = mixed ? new MixOptions() : null, Epochs = 10 };
        var result = new TrainingRun(config, options).Fit(ToyClips.Set(12));
        result.Model.Dispose();

        Assert.AreEqual(Math.Log(2), result.Epochs[0].TrainLoss, 0.2);
        Assert.AreEqual(1, result.Epochs[result.BestEpoch - 1].ValidationTop1);
        Assert.HasCount(4, BatchPreview.FirstBatch(ToyClips.Set(12), config, options), "Each clip is shown once");
        foreach (var (name, refused) in new[] { (nameof(config.DropPath), options), (nameof(options.ClassWeights), options with { ClassWeights = [1, 1, 1] }), (nameof(options.Loss), options with { Task = TrainingTask.Regression, Mixing = null }) })
        {
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => TrainingRun.Check(ToyClips.Config, refused)).Message, name);
        }
    }

    [TestMethod]
    public void LearnsFromMixedClips()
    {
        var options = ToyClips.Options with { Mixing = new MixOptions(), LabelSmoothing = 0.1, Epochs = 10 };
        var result = new TrainingRun(ToyClips.Config, options).Fit(ToyClips.Set(12));
        result.Model.Dispose();
        var again = new TrainingRun(ToyClips.Config, options with { Workers = 1 }).Fit(ToyClips.Set(12));
        again.Model.Dispose();

        // A mixed clip is of two classes: the training loss stays high where the validation's falls.
        Assert.AreEqual(1, result.Epochs[result.BestEpoch - 1].ValidationTop1);
        Assert.IsGreaterThan(0.6, result.Epochs[^1].TrainLoss);
        CollectionAssert.AreEqual(result.Epochs.Select(epoch => epoch.TrainLoss).ToArray(), again.Epochs.Select(epoch => epoch.TrainLoss).ToArray());
    }

    [TestMethod]
    [DataRow(2, false, 48, 6)]
    [DataRow(3, true, 24, 6)]
    public void RepeatedClipsAreDrawnEachForItself(int repeats, bool keepsLength, int readings, int steps)
    {
        var clips = new ScriptedClips(ToyClips.Set());
        var names = new List<string>();
        var options = ToyClips.Options with { Epochs = 1, ValidationFraction = 0, RepeatedAugmentation = new RepeatedAugmentation(repeats, keepsLength), Augmentation = ClipAugmentation.None with { Noise = 0.3 } };
        var inputs = new HashSet<string>();
        var result = new TrainingRun(ToyClips.Config, options).Fit(new Hashed(clips, inputs), progress: new Immediate(report => names.Add($"{report.Step}")));
        result.Model.Dispose();

        Assert.AreEqual(readings, clips.Readings.Values.Sum());
        Assert.HasCount(steps, names);
        Assert.HasCount(readings, inputs);
        Assert.IsTrue(clips.Readings.Values.All(count => count <= repeats));
    }

    [TestMethod]
    public void ProgressCountsStepsAndTellsTheTimeLeft()
    {
        var reports = new List<TrainingProgress>();
        var result = new TrainingRun(ToyClips.Config, ToyClips.Options with { Epochs = 3 }).Fit(ToyClips.Set(), progress: new Immediate(reports.Add));
        result.Model.Dispose();

        int perEpoch = (18 + 3) / 4;
        CollectionAssert.AreEqual(Enumerable.Range(1, 3 * perEpoch).ToArray(), reports.Select(report => report.Step).ToArray());
        Assert.IsTrue(reports.All(report => report.Steps == 3 * perEpoch && report.Epochs == 3 && report.ClipsPerSecond > 0 && report.GradientNorm > 0 && report.StepLoss > 0));
        Assert.AreEqual(TimeSpan.Zero, reports[^1].Remaining);
        // The time left is at the pace of the steps before: never more than the whole time, and not nothing.
        var middle = reports[2 * perEpoch];
        Assert.IsGreaterThan(TimeSpan.Zero, middle.Remaining);
        Assert.IsLessThan(3 * reports[^1].Elapsed, middle.Remaining);
        Assert.AreEqual(result.Epochs[^1].LearningRate, reports[^1].LearningRate);
    }

    [TestMethod]
    public void StopsEarlyWhereNothingGetsBetter()
    {
        var options = ToyClips.Options with { Epochs = 20, EarlyStoppingPatience = 2, LearningRate = 1e-12, MinLearningRate = 0 };
        var result = new TrainingRun(ToyClips.Config, options).Fit(ToyClips.Set());
        result.Model.Dispose();

        Assert.HasCount(result.BestEpoch + 2, result.Epochs);
        Assert.IsLessThan(20, result.Epochs.Count);
    }

    [TestMethod]
    public void LiveTensorsAndMemoryStayFlat() => CountTensors(steps: 50);

    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    public void LiveTensorsAndMemoryStayFlatOverAThousandSteps() => CountTensors(steps: 1000);

    private static void SameSeedSameLosses(string device)
    {
        var config = ToyClips.Config with { DropPath = 0.3, HeadDropout = 0.2 };
        double[] Losses(int seed, int workers)
        {
            var result = new TrainingRun(config, ToyClips.Options with { Epochs = 2, Seed = seed, Workers = workers, Device = device }).Fit(ToyClips.Set());
            result.Model.Dispose();
            return [.. result.Epochs.SelectMany(epoch => new[] { epoch.TrainLoss, epoch.ValidationLoss!.Value })];
        }

        double[] first = Losses(seed: 1, workers: 1);
        // Another use of torch's generator in between changes nothing.
        torch.rand(5).Dispose();

        CollectionAssert.AreEqual(first, Losses(seed: 1, workers: 4));
        CollectionAssert.AreNotEqual(first, Losses(seed: 2, workers: 1));
    }

    private static void CountTensors(int steps)
    {
        var counts = new List<long>();
        var sizes = new List<long>();
        var options = ToyClips.Options with { BatchSize = 12, Epochs = steps / 2, AverageDecay = 0.9, AccumulationSteps = 1, ValidationFraction = 0 };
        var progress = new Immediate(_ =>
        {
            counts.Add(torch.Tensor.TotalCount);
            sizes.Add(Environment.WorkingSet);
        });
        var config = ToyClips.Config with { Depth = 1 };
        new TrainingRun(config, options with { Epochs = 2 }).Fit(ToyClips.Set()).Model.Dispose();
        // TorchSharp counts each parameter twice when it is made and once when it is disposed.
        long counted = torch.Tensor.TotalCount;
        new Models.VideoMambaModel(config).Dispose();
        long before = torch.Tensor.TotalCount, ofModel = before - counted;
        new TrainingRun(config, options).Fit(ToyClips.Set(), progress: progress).Model.Dispose();

        Assert.HasCount(steps, counts);
        // The garbage collector may find some that were made with an earlier model.
        Assert.IsLessThanOrEqualTo(counts[9], counts[^1], string.Join(' ', counts));
        Assert.IsLessThan(sizes[9] + (64L << 20), sizes[^1]);
        Assert.IsLessThanOrEqualTo(before + ofModel, torch.Tensor.TotalCount);
    }

    /// <summary>Remembers a hash of each input.</summary>
    private sealed class Hashed(ITrainingSet set, HashSet<string> inputs) : ITrainingSet
    {
        public int Count => set.Count;

        public TrainingLabel LabelOf(int index) => set.LabelOf(index);

        public string Prepare(int index, ClipPreparation preparation, Random? random, Span<float> input)
        {
            string name = set.Prepare(index, preparation, random, input);
            string hash = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(input)));
            lock (inputs) inputs.Add(hash);
            return name;
        }
    }

    /// <summary>Progress without a thread in between.</summary>
    private sealed class Immediate(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
