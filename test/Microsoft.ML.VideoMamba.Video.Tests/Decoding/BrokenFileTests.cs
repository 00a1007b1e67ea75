using System.Text.RegularExpressions;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>Every broken file of test/media gets what its README's table asks.</summary>
[TestClass]
public sealed class BrokenFileTests
{
    private static string Broken(string file) => Path.Combine(RepositoryPaths.Media, "broken", file);

    public static IEnumerable<object[]> Damaged => Backends.With(["truncated-30.mp4", 12], ["truncated-70.mp4", 37], ["corrupt-middle.mp4", 56]);

    public static IEnumerable<object[]> Unreadable => Backends.With(
        ["moov-missing.mp4", "open", "not a readable video"],
        ["empty.mp4", "open", "the file is empty"],
        ["text.mp4", "open", "not a readable video"],
        ["audio-only.mp4", "open", "no video stream"],
        ["zero-frames.mp4", "decode", "no frame could be decoded"],
        ["huge-dimensions.mp4", "header", "16000 x 16000 exceeds the limit"],
        ["not-there.mp4", "open", "file not found"],
        ["../broken", "open", "is a directory without image files"]);

    [TestMethod]
    [DynamicData(nameof(Damaged))]
    public void GoesOnBehindDamage(VideoBackend backend, string file, int frames)
    {
        var options = Backends.Options(backend);
        var info = VideoReader.Probe(Broken(file), options);
        Assert.AreEqual(frames, info.Frames);
        Assert.IsTrue(info.Damaged);
        var clip = VideoReader.Read(Broken(file), length => [0, length.Frames - 1], options);
        Assert.AreEqual(frames - 1, clip.Indices[1]);
        Assert.IsGreaterThan(0, clip.Gaps);

        var error = Assert.ThrowsExactly<VideoException>(() => VideoReader.Probe(Broken(file), options with { Strict = true }));
        StringAssert.Contains(error.Message, Broken(file));
        // The program's threads report damage while others decode: its places can merge, so that their number varies.
        string gaps = backend == VideoBackend.FFmpegPipe ? @"\d+" : $"{info.Gaps}";
        StringAssert.Matches(error.Reason, new Regex($"{frames} of 60 frames decoded, {gaps} gaps"));
    }

    [TestMethod]
    [DynamicData(nameof(Unreadable))]
    [DataRow(VideoBackend.OpenCv, "../av1.mp4", "decode", "AV1")]
    public void RefusesAndSaysWhy(VideoBackend backend, string file, string stage, string reason)
    {
        var options = Backends.Options(backend);
        var error = Assert.ThrowsExactly<VideoException>(() => VideoReader.Probe(Broken(file), options));
        StringAssert.StartsWith(error.Message, Broken(file));
        StringAssert.Contains(error.Reason, reason);
        Assert.AreEqual(stage, error.Stage);
    }

    [TestMethod]
    [DynamicData(nameof(Backends.All), typeof(Backends))]
    public void TakesAnImageInDisguiseForOneFrame(VideoBackend backend) =>
        Assert.AreEqual(1, VideoReader.Probe(Broken("image-renamed.avi"), Backends.Options(backend)).Frames);

    [TestMethod]
    public void RefusesEmptyContent()
    {
        var error = Assert.ThrowsExactly<VideoException>(() => VideoReader.Probe(VideoSource.FromBytes(default, "upload 7")));
        Assert.AreEqual("upload 7: the content is empty (stage: open)", error.Message);
    }

    [TestMethod]
    [DynamicData(nameof(Backends.All), typeof(Backends))]
    public void NamesContentThatIsNoVideo(VideoBackend backend)
    {
        var options = Backends.Options(backend);
        var error = Assert.ThrowsExactly<VideoException>(() => VideoReader.Probe(VideoSource.FromBytes(new byte[1000], "upload 8"), options));
        StringAssert.StartsWith(error.Message, "upload 8: not a readable video");
    }
}
