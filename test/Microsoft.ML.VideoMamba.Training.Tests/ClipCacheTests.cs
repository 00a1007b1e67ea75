using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Training.Tests;

[TestClass]
public sealed class ClipCacheTests
{
    private const int ClipBytes = ToyClips.Frames * ToyClips.Side * ToyClips.Side * 3;

    [TestMethod]
    public void AClipIsReadOnce()
    {
        var cache = new ClipCache(10 * ClipBytes);
        int readings = 0;
        VideoClip Read() { readings++; return ToyClips.Clip(0, 1); }

        var first = cache.GetOrRead("a", Read);

        Assert.AreSame(first, cache.GetOrRead("a", Read));
        Assert.AreEqual(1, readings);
        Assert.AreEqual((1L, 1L, (long)ClipBytes), (cache.Hits, cache.Misses, cache.MemoryBytes));
    }

    [TestMethod]
    public void ThreadsThatAskAtOnceReadOnce()
    {
        var cache = new ClipCache(10 * ClipBytes);
        int readings = 0;

        Parallel.For(0, 8, _ => cache.GetOrRead("a", () =>
        {
            Interlocked.Increment(ref readings);
            Thread.Sleep(50);
            return ToyClips.Clip(0, 1);
        }));

        Assert.AreEqual(1, readings);
    }

    [TestMethod]
    public void MemoryAndDiskAreBounded()
    {
        using var folder = new TemporaryFolder();
        var cache = new ClipCache(2 * ClipBytes, folder["cache"], diskBytes: 3 * (ClipBytes + 200));
        for (int i = 0; i < 9; i++) cache.GetOrRead($"{i}", () => ToyClips.Clip(0, i));

        Assert.AreEqual(2L * ClipBytes, cache.MemoryBytes);
        Assert.AreEqual(Directory.GetFiles(folder["cache"]).Sum(file => new FileInfo(file).Length), cache.DiskBytes);
        Assert.HasCount(3, Directory.GetFiles(folder["cache"]));
        Assert.AreEqual(9, cache.Misses);

        for (int i = 0; i < 9; i++) cache.GetOrRead($"{i}", () => ToyClips.Clip(0, i));
        Assert.AreEqual((5L, 13L), (cache.Hits, cache.Misses));
    }

    [TestMethod]
    public void AClipComesBackFromDiskAsItWas()
    {
        using var folder = new TemporaryFolder();
        var clip = new VideoClip("päth", 2, 3, [new byte[18], Enumerable.Range(0, 18).Select(i => (byte)i).ToArray()], [3, 9], [0.5, 1.25], gaps: 2);
        new ClipCache(0, folder["cache"], 10_000).GetOrRead("a", () => clip);

        var back = new ClipCache(0, folder["cache"], 10_000).GetOrRead("a", () => throw new InvalidOperationException("It should be there."));

        Assert.AreEqual((clip.Path, clip.Height, clip.Width, clip.Frames, clip.Gaps), (back.Path, back.Height, back.Width, back.Frames, back.Gaps));
        CollectionAssert.AreEqual(clip.Indices.ToArray(), back.Indices.ToArray());
        CollectionAssert.AreEqual(clip.Times.ToArray(), back.Times.ToArray());
        for (int t = 0; t < 2; t++) CollectionAssert.AreEqual(clip.Frame(t).ToArray(), back.Frame(t).ToArray());
    }

    [TestMethod]
    public void ADamagedFileIsReadAgain()
    {
        using var folder = new TemporaryFolder();
        new ClipCache(0, folder["cache"], 100_000).GetOrRead("a", () => ToyClips.Clip(0, 1));
        string file = Directory.GetFiles(folder["cache"]).Single();
        byte[] whole = File.ReadAllBytes(file);

        foreach (byte[] damaged in new[] { [], whole[..20], whole[..100], [.. whole[..8], 255, 255, 255, 127, .. whole[12..]], [.. whole[..8], 255, 255, 255, 255, .. whole[12..]], new byte[500] })
        {
            File.WriteAllBytes(file, damaged);
            var cache = new ClipCache(0, folder["cache"], 100_000);

            Assert.AreEqual("clip 0-1", cache.GetOrRead("a", () => ToyClips.Clip(0, 1)).Path);
            Assert.AreEqual(1, cache.Misses);
            CollectionAssert.AreEqual(whole, File.ReadAllBytes(file));
            Assert.AreEqual(whole.Length, cache.DiskBytes);
        }
    }

    [TestMethod]
    public void ItsOwnFilesAreDeletedAndOthersStay()
    {
        using var folder = new TemporaryFolder();
        string clips = folder["decoded"], left = Path.Combine(clips, $"{new string('0', 32)}.clip.{Guid.NewGuid():N}.partial");
        var cache = new ClipCache(0, clips, 100_000);
        Assert.IsFalse(Directory.Exists(clips));
        cache.GetOrRead("a", () => ToyClips.Clip(0, 1));
        File.WriteAllText(left, "half");

        ClipCache.Delete(clips);
        Assert.IsFalse(Directory.Exists(clips));

        string[] others = ["mine.clip", "notes.txt", "movie.mkv.partial"];
        new ClipCache(0, clips, 100_000).GetOrRead("a", () => ToyClips.Clip(0, 1));
        foreach (string other in others) File.WriteAllText(Path.Combine(clips, other), "mine");

        ClipCache.Delete(clips);
        CollectionAssert.AreEquivalent(others, Directory.GetFiles(clips).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public void AFullDiskCostsTheCacheOnly()
    {
        using var disk = SmallDisk.Create(kilobytes: 16);
        var cache = new ClipCache(0, Path.Combine(disk.Folder, "cache"), diskBytes: 1 << 20);

        for (int i = 0; i < 30; i++) Assert.AreEqual($"clip 0-{i}", cache.GetOrRead($"{i}", () => ToyClips.Clip(0, i)).Path);

        Assert.IsNotNull(cache.DiskFailure);
        // What is there is whole, and nothing half-written is left.
        string[] files = Directory.GetFiles(Path.Combine(disk.Folder, "cache"));
        Assert.IsTrue(files.All(file => file.EndsWith(".clip", StringComparison.Ordinal)));
        Assert.AreEqual(files.Sum(file => new FileInfo(file).Length), cache.DiskBytes);
        for (int i = 0; i < 30; i++) cache.GetOrRead($"{i}", () => ToyClips.Clip(0, i));
        Assert.AreEqual(files.Length, cache.Hits);
    }

    [TestMethod]
    public void TheKeyChangesWithTheFileAndTheSampling()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], "1");
        string first = ClipCache.KeyOf(folder["a"], "8x224");

        Assert.AreEqual(first, ClipCache.KeyOf(folder["a"], "8x224"));
        Assert.AreNotEqual(first, ClipCache.KeyOf(folder["a"], "16x224"));
        File.WriteAllText(folder["a"], "12");
        Assert.AreNotEqual(first, ClipCache.KeyOf(folder["a"], "8x224"));
        StringAssert.Contains(Assert.ThrowsExactly<VideoException>(() => ClipCache.KeyOf(folder["b"], "8x224")).Message, folder["b"]);
    }

    [TestMethod]
    public void FilesAreDecodedInTheFirstEpochOnly()
    {
        using var folder = new TemporaryFolder();
        var files = new List<LabeledFile>();
        for (int i = 0; i < 6; i++)
        {
            files.Add(new LabeledFile(folder[$"{i}.mp4"], TrainingLabel.OfClass(i % 2)));
            ClipFile.Write(files[^1].Path, ToyClips.Clip(i % 2, i, frames: 10, side: 32), 10);
        }

        var cache = new ClipCache(1 << 24);
        var clips = new VideoFileClips(files, cache, mostFrames: 8, shortSide: 20);
        new TrainingRun(ToyClips.Config with { Classes = 2 }, ToyClips.Options with { Epochs = 4 }).Fit(clips).Model.Dispose();

        Assert.AreEqual((6L, 18L), (cache.Misses, cache.Hits));
        Assert.AreEqual((8, 20, 20), (clips.ReadClip(0).Frames, clips.ReadClip(0).Height, clips.ReadClip(0).Width));
    }
}
