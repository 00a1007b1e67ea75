using System.Collections.Concurrent;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>Every clip of test/media against what its README states, on every backend that is present: they give the same frames.</summary>
[TestClass]
public sealed class ConformanceTests
{
    /// <summary>OpenCV's C code and the FFmpeg libraries' assembly round differently where chroma is subsampled: at most 3 of 255, on average below 1.5.</summary>
    private const double WorstLevel = 3, MeanLevel = 1.5;

    private static readonly ConcurrentDictionary<string, Lazy<Decoded>> s_references = new();

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
    public void GivesTheSameFrames(VideoBackend backend, string file, int width, int height, int frames, double rate, string codec)
    {
        var options = Backends.Options(backend);
        string path = Path.Combine(RepositoryPaths.Media, file);
        var found = backend == VideoBackend.OpenCv ? Reference(path, options, frames) : Decoded.All(path, options, frames);
        var info = found.Info;
        Assert.AreEqual((frames, width, height, codec, 0, 0), (info.Frames, info.Width, info.Height, info.Codec, info.Rotation, info.Gaps));
        Assert.AreEqual(rate, info.FramesPerSecond, 0.1);
        StringAssert.StartsWith(info.Backend, backend == VideoBackend.OpenCv ? "OpenCV 4." : "FFmpeg ");
        for (int i = 1; i < found.Times.Length; i++) Assert.IsGreaterThan(found.Times[i - 1], found.Times[i], $"Time of frame {i}");
        Assert.AreEqual((frames - 1) / rate, found.Times[^1] - found.Times[0], 0.05 * frames / rate);
        if (codec == "av1") return; // the reference knows no AV1

        var expected = Reference(path, Backends.Options(VideoBackend.OpenCv), frames);
        for (int i = 0; i < frames; i++) Assert.AreEqual(expected.Times[i], found.Times[i], 1e-3, $"Time of frame {i}");
        for (int i = 0; i < expected.Pixels.Length; i++)
        {
            var (worst, mean) = Difference(expected.Pixels[i], found.Pixels[i]);
            Assert.IsLessThanOrEqualTo(WorstLevel, worst, $"Worst difference of picture {i}");
            Assert.IsLessThanOrEqualTo(MeanLevel, mean, $"Mean difference of picture {i}");
        }
    }

    [TestMethod]
    [DataRow("cockatoo-444.mp4", DisplayName = "4:4:4")]
    [DataRow("discs.mov", DisplayName = "odd height")]
    public void FullChromaIsExact(string file)
    {
        string path = Path.Combine(RepositoryPaths.Media, file);
        var expected = VideoReader.Read(path, [11], Backends.Options(VideoBackend.OpenCv)).Frame(0);
        Assert.IsTrue(expected.SequenceEqual(VideoReader.Read(path, [11], Backends.Options(VideoBackend.FFmpeg)).Frame(0)));
    }

    [TestMethod]
    [DataRow("ocean.webm", 5)]
    [DataRow("dog-phone-1080p.mp4", 7)]
    [DataRow("coin.mov", 100)]
    [DataRow("av1.mp4", 59)]
    public void LibrariesAndProgramAgreeToTheBit(string file, int index)
    {
        string path = Path.Combine(RepositoryPaths.Media, file);
        var expected = VideoReader.Read(path, [index], Backends.Options(VideoBackend.FFmpegPipe)).Frame(0);
        Assert.IsTrue(expected.SequenceEqual(VideoReader.Read(path, [index], Backends.Options(VideoBackend.FFmpeg)).Frame(0)));
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

    private static Decoded Reference(string path, VideoDecoderOptions options, int frames) =>
        s_references.GetOrAdd(path, _ => new Lazy<Decoded>(() => Decoded.All(path, options, frames))).Value;

    private static (int Worst, double Mean) Difference(byte[] a, byte[] b)
    {
        int worst = 0;
        long sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            int difference = Math.Abs(a[i] - b[i]);
            (worst, sum) = (Math.Max(worst, difference), sum + difference);
        }

        return (worst, (double)sum / a.Length);
    }

    /// <summary>A whole video's facts and times, and its first, middle and last picture.</summary>
    private sealed record Decoded(VideoInfo Info, double[] Times, byte[][] Pixels)
    {
        public static Decoded All(string path, VideoDecoderOptions options, int frames)
        {
            using var decoder = VideoDecoder.Open(path, options);
            List<double> timestamps = [];
            List<byte[]> pixels = [];
            while (decoder.MoveNext())
            {
                timestamps.Add(decoder.Timestamp);
                if (decoder.Position != 0 && decoder.Position != frames / 2 && decoder.Position != frames - 1) continue;
                pixels.Add(new byte[decoder.Height * decoder.Width * 3]);
                decoder.CopyTo(pixels[^1]);
            }

            var info = new VideoInfo(
                decoder.Name, timestamps.Count, decoder.Width, decoder.Height, decoder.FramesPerSecond, decoder.Rotation, decoder.Codec, decoder.Gaps, 0, decoder.Backend);
            return new Decoded(info, FrameTimes.Mend(timestamps, decoder.FramesPerSecond), [.. pixels]);
        }
    }
}
