using System.Diagnostics;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>Streams that change on their way, made by the ffmpeg program. OpenCV cannot see such changes, which is a stated limit.</summary>
[TestClass]
public sealed class StreamChangeTests
{
    [TestMethod]
    [DataRow(VideoBackend.FFmpeg)]
    [DataRow(VideoBackend.FFmpegPipe)]
    public void FramesOfAnotherSizeAreScaledToTheFirst(VideoBackend backend)
    {
        var options = Backends.Options(backend);
        using var folder = new TemporaryFolder();
        Make(folder["red.mjpeg"], "color=red:size=320x240:rate=25:duration=0.4");
        Make(folder["blue.mjpeg"], "color=blue:size=160x128:rate=25:duration=0.4");
        File.WriteAllBytes(folder["both.mjpeg"], [.. File.ReadAllBytes(folder["red.mjpeg"]), .. File.ReadAllBytes(folder["blue.mjpeg"])]);

        var clip = VideoReader.ReadAll(folder["both.mjpeg"], options);
        Assert.AreEqual((20, 320, 240), (clip.Frames, clip.Width, clip.Height));
        for (int t = 0; t < clip.Frames; t++)
        {
            var pixel = clip.Frame(t).Slice((200 * 320 + 300) * 3, 3);
            Assert.IsTrue(t < 10 ? pixel[0] > 220 && pixel[2] < 30 : pixel[0] < 30 && pixel[2] > 220, $"Frame {t} is {pixel[0]}, {pixel[1]}, {pixel[2]}");
        }
    }

    private static void Make(string file, string source)
    {
        Backends.Require(VideoBackend.FFmpegPipe);
        using var process = Process.Start("ffmpeg", ["-v", "error", "-nostdin", "-f", "lavfi", "-i", source, "-q:v", "2", "-f", "mjpeg", file]);
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode);
    }
}
