using Microsoft.ML.VideoMamba.Kernels.Optimization;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Optimization;

[TestClass]
public sealed class AdamWChunkTests
{
    [TestMethod]
    [DataRow(4L)]
    [DataRow(16L, 4096L, 4100L)]
    [DataRow(1L << 20, 16L, (1L << 33) + 16)]
    public void ChunksCoverEachGroupOnceAndNoneLiesInTwo(params long[] lengths)
    {
        var groups = lengths.Select((length, i) => new OptimizerGroup(length, LearningRateScale: 1 + i, WeightDecay: 0.5 * i)).ToList();

        var chunks = AdamWChunk.Cut(groups);

        long next = 0;
        foreach (var chunk in chunks)
        {
            Assert.AreEqual(next, chunk.Start);
            Assert.IsTrue(chunk.Count is > 0 and <= AdamWChunk.Elements && chunk.Count % 4 == 0);
            next += chunk.Count;
        }

        for (int i = 0; i < lengths.Length; i++)
        {
            var own = chunks.Where(chunk => chunk.RateScale == 1 + i).ToList();
            Assert.AreEqual(lengths[i], own.Sum(chunk => (long)chunk.Count));
            Assert.IsTrue(own.All(chunk => chunk.Decay == 0.5 * i));
        }
    }

    [TestMethod]
    [DataRow(0L)]
    [DataRow(6L)]
    public void AGroupThatIsNotMadeOfFoursIsRefused(long length) =>
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => AdamWChunk.Cut([new OptimizerGroup(length, 1, 0)])).Message, "multiple of 4");

    [TestMethod]
    public void NoGroupIsRefused() => Assert.Throws<ArgumentException>(() => AdamWChunk.Cut([]));
}
