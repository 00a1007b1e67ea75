using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>Every clip of test/media against what its README states.</summary>
[TestClass]
public sealed class RealClipTests
{
    public static IEnumerable<object[]> Clips => Backends.With(
        ["city.mpg", 720, 405, 190, 25.0, "mpeg2video"],
        ["dog-phone-1080p.mp4", 1920, 1080, 41, 27.0, "h264"],
        ["hello.mpeg", 640, 480, 249, 29.97, "mpeg2video"],
        ["hello.ogv", 720, 480, 242, 29.97, "theora"],
        ["ocean.webm", 1280, 720, 240, 24.0, "vp8"],
        ["cockatoo-444.mp4", 1280, 720, 280, 20.0, "h264"],
        ["plant-short.mp4", 320, 240, 36, 30.02, "h264"],
        ["coin.mov", 568, 320, 242, 30.0, "h264"],
        ["discs.mov", 640, 465, 62, 24.4, "h264"],
        ["screencast.webm", 1024, 768, 557, 15.0, "vp8"]);

    [TestMethod]
    [DynamicData(nameof(Clips))]
    [DataRow(VideoBackend.FFmpeg, "av1.mp4", 320, 240, 60, 25.0, "av1")]
    [DataRow(VideoBackend.FFmpegPipe, "av1.mp4", 320, 240, 60, 25.0, "av1")]
    public void DecodesEveryFrame(VideoBackend backend, string file, int width, int height, int frames, double rate, string codec)
    {
        string path = Path.Combine(RepositoryPaths.Media, file);
        using var decoder = VideoDecoder.Open(path, Backends.Options(backend));
        var timestamps = new List<double>();
        while (decoder.MoveNext()) timestamps.Add(decoder.Timestamp);

        Assert.HasCount(frames, timestamps);
        Assert.AreEqual((width, height, codec, 0, 0), (decoder.Width, decoder.Height, decoder.Codec, decoder.Rotation, decoder.Gaps));
        Assert.AreEqual(rate, decoder.FramesPerSecond, 0.1);
        StringAssert.StartsWith(decoder.Backend, backend == VideoBackend.OpenCv ? "OpenCV 4." : "FFmpeg ");
        double[] times = FrameTimes.Mend(timestamps, decoder.FramesPerSecond);
        for (int i = 1; i < times.Length; i++) Assert.IsGreaterThan(times[i - 1], times[i], $"Time of frame {i}");
        Assert.AreEqual((frames - 1) / rate, times[^1] - times[0], 0.05 * frames / rate);
    }

    [TestMethod]
    [DynamicData(nameof(Backends.All), typeof(Backends))]
    public void ProbesBytesLikeAFile(VideoBackend backend)
    {
        var options = Backends.Options(backend);
        string path = Path.Combine(RepositoryPaths.Media, "plant-short.mp4");
        var fromFile = VideoReader.Probe(path, options);
        var fromBytes = VideoReader.Probe(VideoSource.FromBytes(File.ReadAllBytes(path), path), options);
        Assert.AreEqual(fromFile, fromBytes);
        Assert.AreEqual((36, 320, 240, false), (fromFile.Frames, fromFile.Width, fromFile.Height, fromFile.Damaged));
        Assert.AreEqual(36 / 30.02, fromFile.Duration, 0.01);
    }
}
