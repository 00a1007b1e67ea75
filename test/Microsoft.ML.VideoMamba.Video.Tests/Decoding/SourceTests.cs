using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Images;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>Names, bytes, streams, images and folders of frames.</summary>
[TestClass]
[DoNotParallelize] // counts the temporary files of the whole machine
public sealed class SourceTests
{
    private static readonly string s_clip = Path.Combine(RepositoryPaths.Media, "plant-short.mp4");

    public static IEnumerable<object[]> Names => Backends.With(["12:30.mp4"], ["concat:x.mp4"], ["кошка 猫 é.mp4"], ["frame%03d.mp4"], ["no extension"], ["-"], ["-i x.mp4"]);

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void OpensAnyName(VideoBackend backend, string name)
    {
        var options = Backends.Options(backend);
        if (OperatingSystem.IsWindows() && name.Contains(':', StringComparison.Ordinal)) Assert.Inconclusive("Windows has no such names.");
        using var folder = new TemporaryFolder();
        File.Copy(s_clip, folder[name]);
        Assert.AreEqual(36, VideoReader.Probe(folder[name], options).Frames);
    }

    [TestMethod]
    public void OpensRelativePaths()
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, s_clip);
        Assert.AreEqual(36, VideoReader.Probe(relative).Frames);
        Assert.AreEqual(relative, VideoSource.FromPath(relative).Name);
    }

    [TestMethod]
    [DynamicData(nameof(Backends.All), typeof(Backends))]
    public void BytesAndStreamsGiveTheFileFrames(VideoBackend backend)
    {
        var options = Backends.Options(backend);
        byte[] content = File.ReadAllBytes(s_clip);
        string[] before = TemporaryFiles(content.Length);
        var expected = VideoReader.ReadAll(s_clip, options);
        using var stream = new MemoryStream(content);
        foreach (var source in new[] { VideoSource.FromBytes(content, "bytes"), VideoSource.FromStream(stream, "stream") })
        {
            var clip = VideoReader.ReadAll(source, options);
            Assert.AreEqual(source.Name, clip.Path);
            CollectionAssert.AreEqual(expected.Times.ToArray(), clip.Times.ToArray());
            for (int t = 0; t < expected.Frames; t++) Assert.IsTrue(expected.Frame(t).SequenceEqual(clip.Frame(t)), $"Frame {t}");
        }

        Assert.ThrowsExactly<VideoException>(() => VideoReader.Probe(VideoSource.FromBytes(content.AsMemory(0, 500), "cut"), options));
        CollectionAssert.AreEqual(before, TemporaryFiles(content.Length), "Temporary files are gone");
    }

    [TestMethod]
    public void AFolderOfFramesIsAClipInNaturalOrder()
    {
        using var folder = new TemporaryFolder();
        var clip = VideoReader.Read(s_clip, [0, 5, 10, 15]);
        string[] names = ["frame1.png", "frame2.png", "frame10.png", "frame011.png"];
        for (int t = 0; t < names.Length; t++) FrameImage.Write(folder[names[t]], clip, t);
        File.WriteAllText(folder["notes.txt"], "not a frame");

        var frames = VideoReader.ReadAll(folder.FullName);
        Assert.AreEqual(4, frames.Frames);
        for (int t = 0; t < 4; t++) Assert.IsTrue(clip.Frame(t).SequenceEqual(frames.Frame(t)), $"Frame {t}");
        CollectionAssert.AreEqual(new double[] { 0, 1, 2, 3 }, frames.Times.ToArray());
        var info = VideoReader.Probe(folder.FullName);
        Assert.AreEqual((4, 320, 240, 0.0, "png"), (info.Frames, info.Width, info.Height, info.FramesPerSecond, info.Codec));
    }

    [TestMethod]
    public void AFrameOfAnotherSizeIsNamed()
    {
        using var folder = new TemporaryFolder();
        FrameImage.Write(folder["1.png"], VideoReader.Read(s_clip, [0]), 0);
        FrameImage.Write(folder["2.png"], VideoReader.Read(Path.Combine(RepositoryPaths.Media, "discs.mov"), [0]), 0);
        var error = Assert.ThrowsExactly<VideoException>(() => VideoReader.ReadAll(folder.FullName));
        StringAssert.StartsWith(error.Message, folder["2.png"]);
        StringAssert.Contains(error.Reason, "640 x 465");
    }

    [TestMethod]
    public void AnImageIsAClipOfOneFrame()
    {
        string photo = Path.Combine(RepositoryPaths.Root, "samples", "QuickStart", "photos", "cat.jpg");
        var clip = VideoReader.Read(photo, length => [.. Enumerable.Repeat(0, length.Frames)]);
        Assert.AreEqual(1, clip.Frames);
        Assert.IsGreaterThan(1, clip.Frame(0).ToArray().Distinct().Count());
    }

    [TestMethod]
    public void BadImagesAreNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["text.png"], "no picture");
        File.WriteAllBytes(folder["empty.jpg"], []);
        StringAssert.Contains(Assert.ThrowsExactly<VideoException>(() => VideoReader.ReadAll(folder["text.png"])).Message, "text.png: not a readable image");
        StringAssert.Contains(Assert.ThrowsExactly<VideoException>(() => VideoReader.ReadAll(folder["empty.jpg"])).Message, "empty.jpg: the file is empty");

        FrameImage.Write(folder["wide.png"], VideoReader.Read(s_clip, [0]), 0);
        var error = Assert.ThrowsExactly<VideoException>(() => VideoReader.ReadAll(folder["wide.png"], new() { MaxPixels = 320 * 240 - 1 }));
        StringAssert.Contains(error.Reason, "320 x 240 exceeds the limit of 76799 pixels");
    }

    [TestMethod]
    public void AnUnknownBackendIsRefusedByName()
    {
        try
        {
            Environment.SetEnvironmentVariable(VideoDecoder.BackendVariable, "quicktime");
            var error = Assert.ThrowsExactly<InvalidOperationException>(() => VideoDecoder.Open(s_clip));
            StringAssert.Contains(error.Message, "'quicktime'; the video backends are auto, opencv, ffmpeg, ffmpegpipe");
            Environment.SetEnvironmentVariable(VideoDecoder.BackendVariable, "OPENCV");
            Assert.AreEqual(VideoBackend.OpenCv, VideoDecoder.Resolve());
        }
        finally
        {
            Environment.SetEnvironmentVariable(VideoDecoder.BackendVariable, null);
        }

        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => VideoDecoder.Open(s_clip, new() { Backend = (VideoBackend)99 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => VideoDecoder.Open(s_clip, new() { Threads = -1 }));
    }

    /// <summary>Those of that size: other tests, of other processes too, write theirs at the same time.</summary>
    private static string[] TemporaryFiles(long length) =>
        [.. new DirectoryInfo(Path.GetTempPath()).GetFiles("videomamba-*.video").Where(file => file.Exists && file.Length == length).Select(file => file.Name).Order(StringComparer.Ordinal)];
}
