using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>Every clip of test/media against what its README states.</summary>
[TestClass]
public sealed class RealClipTests
{
    [TestMethod]
    [DataRow("city.mpg", 720, 405, 190, 25.0, "mpeg2video")]
    [DataRow("dog-phone-1080p.mp4", 1920, 1080, 41, 27.0, "h264")]
    [DataRow("hello.mpeg", 640, 480, 249, 29.97, "mpeg2video")]
    [DataRow("hello.ogv", 720, 480, 242, 29.97, "theora")]
    [DataRow("ocean.webm", 1280, 720, 240, 24.0, "vp8")]
    [DataRow("cockatoo-444.mp4", 1280, 720, 280, 20.0, "h264")]
    [DataRow("plant-short.mp4", 320, 240, 36, 30.02, "h264")]
    [DataRow("coin.mov", 568, 320, 242, 30.0, "h264")]
    [DataRow("discs.mov", 640, 465, 62, 24.4, "h264")]
    [DataRow("screencast.webm", 1024, 768, 557, 15.0, "vp8")]
    public void DecodesEveryFrame(string file, int width, int height, int frames, double rate, string codec)
    {
        string path = Path.Combine(RepositoryPaths.Media, file);
        using var decoder = VideoDecoder.Open(path);
        var timestamps = new List<double>();
        while (decoder.MoveNext()) timestamps.Add(decoder.Timestamp);

        Assert.HasCount(frames, timestamps);
        Assert.AreEqual((width, height, codec, 0, 0), (decoder.Width, decoder.Height, decoder.Codec, decoder.Rotation, decoder.Gaps));
        Assert.AreEqual(rate, decoder.FramesPerSecond, 0.1);
        StringAssert.StartsWith(decoder.Backend, "OpenCV 4.");
        double[] times = FrameTimes.Mend(timestamps, decoder.FramesPerSecond);
        for (int i = 1; i < times.Length; i++) Assert.IsGreaterThan(times[i - 1], times[i], $"Time of frame {i}");
        Assert.AreEqual((frames - 1) / rate, times[^1] - times[0], 0.05 * frames / rate);
    }

    [TestMethod]
    public void ProbesBytesLikeAFile()
    {
        string path = Path.Combine(RepositoryPaths.Media, "plant-short.mp4");
        var fromFile = VideoReader.Probe(path);
        var fromBytes = VideoReader.Probe(VideoSource.FromBytes(File.ReadAllBytes(path), path));
        Assert.AreEqual(fromFile, fromBytes);
        Assert.AreEqual((36, 320, 240, false), (fromFile.Frames, fromFile.Width, fromFile.Height, fromFile.Damaged));
        Assert.AreEqual(36 / 30.02, fromFile.Duration, 0.01);
    }
}
