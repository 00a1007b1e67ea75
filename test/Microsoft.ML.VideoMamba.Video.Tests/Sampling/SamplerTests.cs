using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Video.Tests.Sampling;

/// <summary>What holds for every sampler and length; the exact choices are the goldens' matter.</summary>
[TestClass]
public sealed class SamplerTests
{
    private static IEnumerable<FrameSampler> Samplers =>
    [
        new SparseSampler(1), new SparseSampler(8), new DenseSampler(8, 4), new DenseSampler(1, 3), new Ssv2VideoSampler(8), new Ssv2FrameSampler(8),
        new WindowSampler(8, new TimeWindow(1, 3)),
    ];

    [TestMethod]
    public void EveryChoiceLiesInsideTheVideo()
    {
        foreach (var sampler in Samplers)
        {
            for (int length = 1; length < 130; length++)
            {
                var video = new VideoLength(length, 25);
                var random = new Random(length);
                int[][] clips = [sampler.Training(video, random), sampler.Validation(video), sampler.Test(video, 0, 2), sampler.Test(video, 1, 2), sampler.Test(video, 0, 1)];
                foreach (int[] clip in clips)
                {
                    Assert.HasCount(sampler.Frames, clip);
                    Assert.IsTrue(clip.All(index => index >= 0 && index < length), $"{sampler} of {length}: {string.Join(',', clip)}");
                    CollectionAssert.AreEqual(clip.Order().ToArray(), clip, $"{sampler} of {length}");
                }
            }
        }
    }

    [TestMethod]
    public void TheSameSeedDrawsTheSameFrames()
    {
        foreach (var sampler in Samplers)
        {
            CollectionAssert.AreEqual(sampler.Training(new(300, 25), new Random(5)), sampler.Training(new(300, 25), new Random(5)));
        }

        CollectionAssert.AreNotEqual(new SparseSampler(8).Training(300, new Random(5)), new SparseSampler(8).Training(300, new Random(6)));
    }

    [TestMethod]
    public void SlidingWindowsCoverEveryFrame()
    {
        CollectionAssert.AreEqual(new FrameRange[] { new(0, 9), new(5, 14), new(10, 19), new(13, 22) }, FrameRange.Slide(23, 10, 5).ToArray());
        CollectionAssert.AreEqual(new FrameRange[] { new(0, 9), new(10, 19) }, FrameRange.Slide(20, 10, 10).ToArray());
        CollectionAssert.AreEqual(new FrameRange[] { new(0, 6) }, FrameRange.Slide(7, 10, 5).ToArray());
        for (int length = 1; length < 60; length++)
        {
            var windows = FrameRange.Slide(length, 7, 3);
            var seen = windows.SelectMany(window => Enumerable.Range(window.First, window.Last - window.First + 1)).ToHashSet();
            Assert.IsTrue(seen.SetEquals(Enumerable.Range(0, length)), $"Length {length}");
        }
    }

    [TestMethod]
    public void RefusesWhatDoesNotExist()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SparseSampler(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new DenseSampler(8, 0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SparseSampler(4).Validation(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new SparseSampler(4).Test(10, 2, 2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Ssv2VideoSampler(4).Test(10, 2, 3));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new WindowSampler(4, new TimeWindow(0, 1)).Validation(10), "Unknown frame rate");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => TimeWindow.Slide(0));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FrameRange.Slide(10, 4, 5));
    }
}
