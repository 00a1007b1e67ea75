using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Training.Tests.Augmentation;

[TestClass]
public sealed class FramePolicyTests
{
    [TestMethod]
    [DataRow("rand-m7-n4-mstd0.5-inc1")]
    [DataRow("rand-m5-n2-mstd0.25-inc1")]
    [DataRow("rand-m9-n2")]
    [DataRow("rand-m4-n2-w0")]
    [DataRow("v0")]
    [DataRow("v0-mstd0.5")]
    [DataRow("3-augment")]
    public void WritesWhatItReads(string text)
    {
        var policy = FramePolicy.Parse(text);

        Assert.AreEqual(text, policy.ToString());
        Assert.AreEqual(policy, FramePolicy.Parse(policy.ToString()!));
    }

    [TestMethod]
    [DataRow("", "no augmentation policy")]
    [DataRow("3-augment-mstd0.5", "'augment' is no name with a number")]
    [DataRow("augmix", "no augmentation policy")]
    [DataRow("rand-m11", "m must be a whole number from 0 to 10; it is '11'")]
    [DataRow("rand-m7.5", "m must be a whole number")]
    [DataRow("rand-n0", "n must be a whole number from 1 to 15")]
    [DataRow("rand-w1", "w must be a whole number from 0 to 0")]
    [DataRow("rand-n14-w0", "at most 13 different operations")]
    [DataRow("rand-mstd0.5.5", "mstd must be a number at least 0; it is '0.5.5'")]
    [DataRow("rand-q1", "'q' is not known; there are m, n, mstd, inc and w")]
    [DataRow("rand-m7-", "'' is no name with a number")]
    [DataRow("rand-M7", "'M7' is no name with a number")]
    [DataRow("v0-n2", "'n' is not known; there are mstd only")]
    public void SaysWhichPartIsWrong(string text, string message)
    {
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => FramePolicy.Parse(text)).Message, message);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(new ClipAugmentation { Policy = text }.Validate).Message, message);
    }

    [TestMethod]
    public void HalfOfTheDrawnOperationsHappenAndAllKindsDo()
    {
        var policy = FramePolicy.Parse("rand-m7-n4-mstd0.5-inc1");
        var random = new Random(1);
        var drawn = Enumerable.Range(0, 4000).Select(_ => policy.Draw(random, 100)).ToList();

        Assert.AreEqual(2, drawn.Average(operations => operations.Count), 0.05);
        var counts = drawn.SelectMany(operations => operations).CountBy(operation => operation.Operation).ToDictionary();
        Assert.HasCount(15, counts);
        Assert.IsTrue(counts.Values.All(count => count > 400), "No operation is drawn less often than others.");
        // Strength 7 of 10 with deviation 0.5, either way.
        double[] degrees = [.. drawn.SelectMany(operations => operations).Where(operation => operation.Operation == FrameOperation.Rotate).Select(operation => operation.Argument)];
        Assert.AreEqual(21, degrees.Average(Math.Abs), 0.3);
        Assert.AreEqual(0.5, degrees.Average(angle => angle < 0 ? 1 : 0), 0.1);
        Assert.AreEqual(1.5, Math.Sqrt(degrees.Average(angle => Math.Pow(Math.Abs(angle) - 21, 2))), 0.2);
    }

    [TestMethod]
    public void WeightedChoiceTakesNoOperationTwiceAndSomeNever()
    {
        var policy = FramePolicy.Parse("rand-m4-n13-w0");
        var random = new Random(2);
        for (int i = 0; i < 200; i++)
        {
            var operations = policy.Draw(random, 100).Select(operation => operation.Operation).ToList();
            CollectionAssert.AllItemsAreUnique(operations);
            CollectionAssert.DoesNotContain(operations, FrameOperation.Posterize);
            CollectionAssert.DoesNotContain(operations, FrameOperation.Invert);
        }
    }

    [TestMethod]
    public void AutoAugmentDrawsPairs()
    {
        var policy = FramePolicy.Parse("v0");
        var random = new Random(3);
        var drawn = Enumerable.Range(0, 4000).Select(_ => policy.Draw(random, 100)).ToList();

        Assert.IsTrue(drawn.All(operations => operations.Count <= 2));
        // The mean of the 50 probabilities is 0.588.
        Assert.AreEqual(1.176, drawn.Average(operations => operations.Count), 0.05);
        Assert.IsTrue(drawn.SelectMany(operations => operations).Any(operation => operation == new DrawnOperation(FrameOperation.TranslateYRel, 0.45 * 0.9)));
    }

    [TestMethod]
    public void ThreeAugmentDrawsOneOfThree()
    {
        var policy = FramePolicy.Parse("3-augment");
        var random = new Random(4);
        var drawn = Enumerable.Range(0, 3000).Select(_ => policy.Draw(random, 100).Single()).ToList();

        var counts = drawn.CountBy(operation => operation.Operation).ToDictionary();
        CollectionAssert.AreEquivalent(new[] { FrameOperation.Color, FrameOperation.Solarize, FrameOperation.GaussianBlur }, counts.Keys);
        Assert.IsTrue(counts.Values.All(count => count is > 900 and < 1100));
        Assert.IsTrue(drawn.Where(operation => operation.Operation == FrameOperation.Color).All(operation => operation.Argument == 0));
        Assert.IsTrue(drawn.Where(operation => operation.Operation == FrameOperation.Solarize).All(operation => operation.Argument == 128));
        double[] blurs = [.. drawn.Where(operation => operation.Operation == FrameOperation.GaussianBlur).Select(operation => operation.Argument)];
        Assert.IsTrue(blurs.All(deviation => deviation is >= 0.1 and <= 2));
        Assert.AreEqual(1.05, blurs.Average(), 0.05);
    }
}
