using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Video.Tests.Reading;

[TestClass]
public sealed class VideoReaderTests
{
    private static readonly string s_clip = Path.Combine(RepositoryPaths.Media, "plant-short.mp4");

    [TestMethod]
    public void ChosenFramesAreThoseOfTheWholeVideo()
    {
        var all = VideoReader.ReadAll(s_clip);
        Assert.AreEqual(36, all.Frames);
        int[] indices = [35, 0, 17, 17, 3];
        var chosen = VideoReader.Read(s_clip, indices);
        CollectionAssert.AreEqual(indices, chosen.Indices.ToArray());
        for (int t = 0; t < indices.Length; t++)
        {
            Assert.IsTrue(all.Frame(indices[t]).SequenceEqual(chosen.Frame(t)), $"Frame {indices[t]}");
            Assert.AreEqual(all.Times[indices[t]], chosen.Times[t]);
        }

        Assert.IsFalse(all.Frame(0).SequenceEqual(all.Frame(35)));
    }

    [TestMethod]
    [DataRow("coin.mov", 242, DisplayName = "header claims 243")]
    [DataRow("hello.ogv", 242, DisplayName = "header claims 250")]
    [DataRow("plant-short.mp4", 36, DisplayName = "header is right")]
    public void AWrongCountInTheHeaderDoesNoHarm(string file, int frames)
    {
        using var folder = new TemporaryFolder();
        string copy = folder[file];
        File.Copy(Path.Combine(RepositoryPaths.Media, file), copy);
        var sampler = new SparseSampler(4);
        for (int time = 0; time < 2; time++)
        {
            var clips = VideoReader.ReadClips(copy, length => [sampler.Test(length, 0, 2), sampler.Test(length, 1, 2)]);
            Assert.HasCount(2, clips);
            for (int k = 0; k < 2; k++) CollectionAssert.AreEqual(sampler.Test(frames, k, 2), clips[k].Indices.ToArray());
        }
    }

    [TestMethod]
    public void AFrameBeyondTheEndIsAnError()
    {
        var error = Assert.ThrowsExactly<VideoException>(() => VideoReader.Read(s_clip, [36]));
        StringAssert.Contains(error.Message, "frame 36 was asked for, but there are 36 frames");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => VideoReader.Read(s_clip, [-1]));
        Assert.ThrowsExactly<ArgumentException>(() => VideoReader.Read(s_clip, Array.Empty<int>()));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => VideoReader.Read(s_clip, length => [length.Frames]));
    }

    [TestMethod]
    public void StopsWhenAskedTo()
    {
        using var cancellation = new CancellationTokenSource();
        int called = 0;
        Assert.ThrowsExactly<OperationCanceledException>(() => VideoReader.Read(
            s_clip,
            length =>
            {
                called++;
                cancellation.Cancel();
                return [0];
            },
            cancellation: cancellation.Token));
        Assert.AreEqual(1, called);
    }

    [TestMethod]
    public void AChangedFileIsCountedAgain()
    {
        using var folder = new TemporaryFolder();
        File.Copy(s_clip, folder["clip"]);
        Assert.AreEqual(35, VideoReader.Read(folder["clip"], length => [length.Frames - 1]).Indices[0]);
        File.Copy(Path.Combine(RepositoryPaths.Media, "discs.mov"), folder["clip"], overwrite: true);
        Assert.AreEqual(61, VideoReader.Read(folder["clip"], length => [length.Frames - 1]).Indices[0]);
    }
}
