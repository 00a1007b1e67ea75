using Microsoft.ML.VideoMamba.Training.Evaluation;

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
}
