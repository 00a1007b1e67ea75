using Microsoft.ML.VideoMamba.Training.Clips;

namespace Microsoft.ML.VideoMamba.Training.Tests;

[TestClass]
public sealed class EvenFramesTests
{
    [TestMethod]
    [DataRow(12, 8)]
    [DataRow(8, 8)]
    [DataRow(16, 8)]
    [DataRow(100, 3)]
    public void DistancesAreEvenAndEveryFrameIsDrawn(int count, int frames)
    {
        var random = new Random(1);
        var drawn = new HashSet<int>();
        for (int draw = 0; draw < 500; draw++)
        {
            int[] indices = EvenFrames.Draw(count, frames, random);
            drawn.UnionWith(indices);

            Assert.HasCount(frames, indices);
            var distances = indices.Zip(indices.Skip(1), (one, next) => next - one).ToList();
            Assert.IsTrue(distances.TrueForAll(distance => distance >= count / frames && distance <= (count + frames - 1) / frames), string.Join(' ', indices));
            Assert.IsTrue(indices[0] >= 0 && indices[^1] < count);
        }

        Assert.HasCount(count, drawn);
    }

    [TestMethod]
    public void AClipKeepsItsFramesNumbers()
    {
        var clip = EvenFrames.Draw(ToyClips.Clip(0, 1, frames: 12), 4, new Random(3));

        Assert.AreEqual(4, clip.Frames);
        CollectionAssert.AreEqual(clip.Indices.Select(index => (double)index).ToArray(), clip.Times.ToArray());
        var whole = ToyClips.Clip(0, 1, frames: 12);
        for (int t = 0; t < 4; t++) CollectionAssert.AreEqual(whole.Frame(clip.Indices[t]).ToArray(), clip.Frame(t).ToArray());
    }
}
