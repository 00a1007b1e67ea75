using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Video.Tests.Writing;

[TestClass]
public sealed class ClipFileTests
{
    [TestMethod]
    public void WhatIsWrittenIsRead()
    {
        using var folder = new TemporaryFolder();
        var clip = Ramp(frames: 12, height: 48, width: 64);

        ClipFile.Write(folder["a clip é.mp4"], clip, framesPerSecond: 12);

        var read = VideoReader.ReadAll(folder["a clip é.mp4"]);
        Assert.AreEqual((12, 48, 64, 0), (read.Frames, read.Height, read.Width, read.Gaps));
        Assert.AreEqual(11.0 / 12, read.Times[11], 1e-3);
        for (int t = 0; t < 12; t++) Assert.IsLessThan(4, Difference(clip, read, t), $"frame {t}");
        Assert.HasCount(1, Directory.GetFiles(folder.FullName));
    }

    [TestMethod]
    public void AFileInThePlaceIsReplaced()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["clip.mp4"], "before");

        ClipFile.Write(folder["clip.mp4"], Ramp(3, 16, 32), 10);

        Assert.AreEqual(3, VideoReader.ReadAll(folder["clip.mp4"]).Frames);
    }

    [TestMethod]
    [DataRow(18, 18)]
    [DataRow(2, 18)]
    [DataRow(16, 32)]
    [DataRow(32, 32)]
    public void TheSmallestAreRead(int height, int width)
    {
        using var folder = new TemporaryFolder();

        ClipFile.Write(folder["clip.mp4"], Ramp(3, height, width), 10);

        Assert.AreEqual(3, VideoReader.ReadAll(folder["clip.mp4"]).Frames);
    }

    [TestMethod]
    public void WhatDoesNotFitIsRefused()
    {
        using var folder = new TemporaryFolder();
        var clip = Ramp(2, 16, 32);

        Assert.Contains(".mp4", Assert.ThrowsExactly<ArgumentException>(() => ClipFile.Write(folder["clip.avi"], clip, 10)).Message);
        Assert.Contains("33 x 16", Assert.ThrowsExactly<ArgumentException>(() => ClipFile.Write(folder["clip.mp4"], Ramp(2, 16, 33), 10)).Message);
        Assert.Contains("at least 18 pixels wide", Assert.ThrowsExactly<ArgumentException>(() => ClipFile.Write(folder["clip.mp4"], Ramp(2, 32, 16), 10)).Message);
        Assert.Contains("at least one frame", Assert.ThrowsExactly<ArgumentException>(() => ClipFile.Write(folder["clip.mp4"], Ramp(0, 16, 32), 10)).Message);
        foreach (double rate in new[] { 0, -1, double.NaN, double.PositiveInfinity }) Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ClipFile.Write(folder["clip.mp4"], clip, rate));
        Assert.IsEmpty(Directory.GetFiles(folder.FullName));
    }

    [TestMethod]
    public void AFolderThatIsNotThereIsNamed()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder["nowhere"], "clip.mp4");

        var error = Assert.ThrowsExactly<VideoException>(() => ClipFile.Write(path, Ramp(2, 16, 32), 10));

        Assert.AreEqual((path, "write"), (error.Path, error.Stage));
    }

    [TestMethod]
    public void AFullDiskLeavesWhatWasThere()
    {
        using var disk = SmallDisk.Create();
        string path = Path.Combine(disk.Folder, "clip.mp4");
        ClipFile.Write(path, Ramp(2, 16, 32), 10);
        byte[] before = File.ReadAllBytes(path);

        var error = Assert.ThrowsExactly<VideoException>(() => ClipFile.Write(path, Noise(frames: 60, side: 128), 10));

        Assert.AreEqual("write", error.Stage);
        CollectionAssert.AreEqual(before, File.ReadAllBytes(path));
        Assert.HasCount(1, Directory.GetFiles(disk.Folder));
    }

    private static VideoClip Ramp(int frames, int height, int width)
    {
        byte[] Frame(int t) => [.. Enumerable.Range(0, height * width).SelectMany(i => new[] { (byte)(i % width * 2 + 40), (byte)(i / width * 2 + 40), (byte)(60 + 8 * t) })];
        return new VideoClip("ramp", height, width, [.. Enumerable.Range(0, frames).Select(t => (ReadOnlyMemory<byte>)Frame(t))]);
    }

    private static VideoClip Noise(int frames, int side)
    {
        var random = new Random(1);
        byte[] Frame()
        {
            var pixels = new byte[side * side * 3];
            random.NextBytes(pixels);
            return pixels;
        }

        return new VideoClip("noise", side, side, [.. Enumerable.Range(0, frames).Select(_ => (ReadOnlyMemory<byte>)Frame())]);
    }

    private static double Difference(VideoClip one, VideoClip other, int t)
    {
        double sum = 0;
        var (pixels, others) = (one.FrameMemory(t), other.FrameMemory(t));
        for (int i = 0; i < pixels.Length; i++) sum += Math.Abs(pixels.Span[i] - others.Span[i]);
        return sum / pixels.Length;
    }
}
