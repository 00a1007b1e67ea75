using Microsoft.ML.VideoMamba.Training.Clips;

namespace Microsoft.ML.VideoMamba.Training.Tests;

[TestClass]
public sealed class ClipSplitTests
{
    [TestMethod]
    [DataRow(0.1)]
    [DataRow(0.5)]
    [DataRow(0.95)]
    public void EachClassGivesItsShare(double fraction)
    {
        TrainingLabel[] labels = [.. Enumerable.Range(0, 100).Select(i => TrainingLabel.OfClass(i < 60 ? 0 : i < 98 ? 1 : i - 96))];

        var (training, validation) = ClipSplit.Stratified(labels, TrainingTask.Classification, fraction, seed: 3);

        CollectionAssert.AreEqual(Enumerable.Range(0, 100).ToArray(), training.Concat(validation).Order().ToArray());
        Assert.AreEqual(Math.Min(59, (int)Math.Round(60 * fraction)), validation.Count(index => index < 60));
        Assert.AreEqual(Math.Min(37, (int)Math.Round(38 * fraction, MidpointRounding.AwayFromZero)), validation.Count(index => index is >= 60 and < 98));
        Assert.IsFalse(validation.Any(index => index >= 98), "A class's only clip is never held out.");
        CollectionAssert.AreEqual(validation.ToArray(), ClipSplit.Stratified(labels, TrainingTask.Classification, fraction, seed: 3).Validation.ToArray());
        CollectionAssert.AreNotEqual(validation.ToArray(), ClipSplit.Stratified(labels, TrainingTask.Classification, fraction, seed: 4).Validation.ToArray());
    }

    [TestMethod]
    public void NumbersAreOneClass()
    {
        TrainingLabel[] labels = [.. Enumerable.Range(0, 10).Select(i => TrainingLabel.OfValue(i))];

        Assert.HasCount(2, ClipSplit.Stratified(labels, TrainingTask.Regression, 0.2, seed: 1).Validation);
    }
}
