using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>Every broken file of test/media gets what its README's table asks.</summary>
[TestClass]
public sealed class BrokenFileTests
{
    private static string Broken(string file) => Path.Combine(RepositoryPaths.Media, "broken", file);

    [TestMethod]
    [DataRow("truncated-30.mp4", 12)]
    [DataRow("truncated-70.mp4", 37)]
    [DataRow("corrupt-middle.mp4", 56)]
    public void GoesOnBehindDamage(string file, int frames)
    {
        var info = VideoReader.Probe(Broken(file));
        Assert.AreEqual(frames, info.Frames);
        Assert.IsTrue(info.Damaged);
        var clip = VideoReader.Read(Broken(file), length => [0, length.Frames - 1]);
        Assert.AreEqual(frames - 1, clip.Indices[1]);
        Assert.IsGreaterThan(0, clip.Gaps);

        var error = Assert.ThrowsExactly<VideoException>(() => VideoReader.Probe(Broken(file), new() { Strict = true }));
        StringAssert.Contains(error.Message, Broken(file));
        StringAssert.Contains(error.Reason, $"{frames} of 60 frames decoded, {info.Gaps} gaps");
    }

    [TestMethod]
    [DataRow("moov-missing.mp4", "open", "not a readable video")]
    [DataRow("empty.mp4", "open", "the file is empty")]
    [DataRow("text.mp4", "open", "not a readable video")]
    [DataRow("audio-only.mp4", "open", "no video stream")]
    [DataRow("zero-frames.mp4", "decode", "no frame could be decoded")]
    [DataRow("huge-dimensions.mp4", "header", "16000 x 16000 exceeds the limit")]
    [DataRow("../av1.mp4", "decode", "AV1")]
    [DataRow("not-there.mp4", "open", "file not found")]
    [DataRow("../broken", "open", "is a directory without image files")]
    public void RefusesAndSaysWhy(string file, string stage, string reason)
    {
        var error = Assert.ThrowsExactly<VideoException>(() => VideoReader.Probe(Broken(file)));
        StringAssert.StartsWith(error.Message, Broken(file));
        StringAssert.Contains(error.Reason, reason);
        Assert.AreEqual(stage, error.Stage);
    }

    [TestMethod]
    public void TakesAnImageInDisguiseForOneFrame() => Assert.AreEqual(1, VideoReader.Probe(Broken("image-renamed.avi")).Frames);

    [TestMethod]
    public void RefusesEmptyContent()
    {
        var error = Assert.ThrowsExactly<VideoException>(() => VideoReader.Probe(VideoSource.FromBytes(default, "upload 7")));
        Assert.AreEqual("upload 7: the content is empty (stage: open)", error.Message);
    }

    [TestMethod]
    public void NamesContentThatIsNoVideo()
    {
        var error = Assert.ThrowsExactly<VideoException>(() => VideoReader.Probe(VideoSource.FromBytes(new byte[1000], "upload 8")));
        StringAssert.StartsWith(error.Message, "upload 8: not a readable video");
    }
}
