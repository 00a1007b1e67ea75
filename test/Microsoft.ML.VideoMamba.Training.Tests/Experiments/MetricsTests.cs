using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Experiments.Runs;
using Microsoft.ML.VideoMamba.Training.Optimization;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Training.Tests.Experiments;

/// <summary>The metrics that experiments can be judged by, against numbers worked out by hand.</summary>
[TestClass]
[DoNotParallelize] // Trainings share torch's generator.
public sealed class MetricsTests
{
    [TestMethod]
    public void MacroAccuracyCountsClassesAlike()
    {
        // Three clips of class 0, all right; one of class 1, wrong.
        float[] zero = [0.9f, 0.1f];
        var metrics = ClassificationMetrics.Of([(0, zero), (0, zero), (0, zero), (1, zero)]);

        Assert.AreEqual((0.75, 0.5), (metrics.Top1, metrics.MacroAccuracy));
    }

    [TestMethod]
    public void RSquaredIsThePartOfTheVarianceThatIsExplained()
    {
        Assert.AreEqual(1 - 0.6 / 5.44, RegressionMetrics.Of([(0, 1), (2, 2), (4, 4), (6, 7), (6, 5)]).RSquared, 1e-12);
        Assert.AreEqual(0, RegressionMetrics.Of([(1, 2), (3, 2)]).RSquared, 1e-12);
        Assert.AreEqual(1, RegressionMetrics.Of([(2, 2), (2, 2)]).RSquared);
        Assert.AreEqual(0, RegressionMetrics.Of([(2, 2), (2, 3)]).RSquared);
    }

    [TestMethod]
    public void EpochsTellThem()
    {
        var classes = new TrainingRun(ToyClips.Config, ToyClips.Options with { Epochs = 1 }).Fit(ToyClips.Set());
        var numbers = new TrainingRun(ToyClips.Config with { Classes = 1 }, ToyClips.Options with { Epochs = 1, Task = TrainingTask.Regression }).Fit(ToyClips.Numbers());
        classes.Model.Dispose();
        numbers.Model.Dispose();

        Assert.AreEqual((classes.Epochs[0].ValidationTop1, classes.Epochs[0].ValidationLoss), (classes.Epochs[0].Classes!.Top1, classes.Epochs[0].Classes!.LogLoss));
        Assert.IsNull(classes.Epochs[0].Numbers);
        Assert.AreEqual(numbers.Epochs[0].ValidationLoss, numbers.Epochs[0].Numbers!.MeanSquaredError);
        Assert.IsTrue(numbers.Epochs[0].Numbers!.RSquared <= 1);
    }

    [TestMethod]
    [DataRow(null, 1)]
    [DataRow(ExperimentMetric.Top1, 1)]
    [DataRow(ExperimentMetric.Top5, 2)]
    [DataRow(ExperimentMetric.MacroAccuracy, 2)]
    [DataRow(ExperimentMetric.Loss, 3)]
    public void TheMetricChoosesTheEpoch(ExperimentMetric? metric, int best)
    {
        EpochMetrics[] epochs = [Epoch(1, top1: 0.9, top5: 0.9, macro: 0.5, loss: 3), Epoch(2, top1: 0.8, top5: 1, macro: 0.7, loss: 2), Epoch(3, top1: 0.7, top5: 0.9, macro: 0.6, loss: 1)];
        using var weights = new BestWeights(metric);
        var course = new TrialCourse(1, metric ?? ExperimentMetric.Top1);

        foreach (var epoch in epochs)
        {
            using var values = torch.full(1, (float)epoch.Epoch);
            weights.Offer(epoch, values);
            course.Add(0, epoch);
            course.Advance();
        }

        Assert.AreEqual((best, (float)best), (weights.Epoch!.Epoch, weights.Values!.item<float>()));
        Assert.AreEqual(epochs[best - 1].ValidationLoss, course.Kept!.Value.Loss);
    }

    [TestMethod]
    public void ATrainingKeepsTheEpochThatItsCriterionSays()
    {
        var options = ToyClips.Options with { Epochs = 4, LearningRate = 3e-2, Criterion = ExperimentMetric.Loss };
        var result = new TrainingRun(ToyClips.Config, options).Fit(ToyClips.Set(4));
        result.Model.Dispose();

        Assert.AreEqual(result.Epochs.Min(epoch => epoch.ValidationLoss), result.Epochs[result.BestEpoch - 1].ValidationLoss);
        Assert.Contains("Criterion is no metric of Classification", Assert.ThrowsExactly<ArgumentException>((options with { Criterion = ExperimentMetric.RSquared }).Validate).Message);
    }

    private static EpochMetrics Epoch(int number, double top1, double top5, double macro, double loss) =>
        new(number, TrainLoss: 1, loss, top1, LearningRate: 1, Seconds: 1, ClipsPerSecond: 1) { Classes = new ClassificationMetrics(10, top1, top5, loss) { MacroAccuracy = macro } };
}
