using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Batches;

namespace Microsoft.ML.VideoMamba.Training.Tests.Batches;

[TestClass]
public sealed class EpochOrderTests
{
    [TestMethod]
    public void EachClipComesOnceInAnOrderOfTheSeeds()
    {
        int[] order = EpochOrder.Draw(100, RepeatedAugmentation.None, new Random(1));

        CollectionAssert.AreEquivalent(Enumerable.Range(0, 100).ToArray(), order);
        CollectionAssert.AreEqual(order, EpochOrder.Draw(100, RepeatedAugmentation.None, new Random(1)));
        CollectionAssert.AreNotEqual(order, EpochOrder.Draw(100, RepeatedAugmentation.None, new Random(2)));
    }

    [TestMethod]
    public void RepeatsStandSideBySide()
    {
        int[] order = EpochOrder.Draw(50, new RepeatedAugmentation(2, KeepsLength: false), new Random(1));

        Assert.HasCount(100, order);
        Assert.IsTrue(order.Chunk(2).All(pair => pair[0] == pair[1]));
        Assert.HasCount(50, order.Distinct());
    }

    [TestMethod]
    public void AnEpochMayKeepItsLength()
    {
        int[] order = EpochOrder.Draw(50, new RepeatedAugmentation(3, KeepsLength: true), new Random(1));

        Assert.HasCount(50, order);
        Assert.HasCount(17, order.Distinct());
        Assert.IsTrue(order.Take(48).Chunk(3).All(triple => triple.Distinct().Count() == 1));
    }
}
