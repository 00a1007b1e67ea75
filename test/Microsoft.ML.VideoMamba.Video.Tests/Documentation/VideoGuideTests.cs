#region usings
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Sampling;
using Microsoft.ML.VideoMamba.Video.Transforms;
#endregion
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Tests.Decoding;

// A user's code lies outside the library's namespace: the snippets compile with the usings that they show.
namespace Guide;

/// <summary>The snippets of docs/video.md, run in a folder that holds the files that they name.</summary>
[TestClass]
[DoNotParallelize]
public sealed class VideoGuideTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WorkingFolder _working;

    public VideoGuideTests()
    {
        File.Copy(Path.Combine(RepositoryPaths.Media, "plant-short.mp4"), _folder["clip.mp4"]);
        Directory.CreateDirectory(_folder["clips"]);
        File.Copy(Path.Combine(RepositoryPaths.Media, "discs.mov"), _folder[Path.Combine("clips", "discs.mov")]);
        File.Copy(Path.Combine(RepositoryPaths.Media, "broken", "text.mp4"), _folder[Path.Combine("clips", "text.mp4")]);
        _working = new WorkingFolder(_folder.FullName);
    }

    public void Dispose()
    {
        _working.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public void Clip()
    {
        #region clip
        var sampler = new SparseSampler(16);
        VideoClip clip = VideoReader.Read("clip.mp4", sampler.Validation);           // 16 frames, spread over the video
        float[] input = ClipTransform.Validation(shortSide: 224, size: 224).Apply(clip); // (1, 3, 16, 224, 224)
        #endregion

        Assert.AreEqual(16, clip.Frames);
        Assert.HasCount(3 * 16 * 224 * 224, input);
    }

    [TestMethod]
    public void Frames()
    {
        #region frames
        using var decoder = VideoDecoder.Open("clip.mp4");
        var rgb = new byte[decoder.Height * decoder.Width * 3];
        while (decoder.MoveNext())
        {
            if (decoder.Position % 10 != 0) continue;
            decoder.CopyTo(rgb);
            Console.WriteLine($"frame {decoder.Position} at {decoder.Timestamp:0.00} s: {rgb[0]}, {rgb[1]}, {rgb[2]}");
        }
        #endregion

        Assert.AreEqual(35, decoder.Position);
    }

    [TestMethod]
    public void Memory()
    {
        #region memory
        byte[] upload = File.ReadAllBytes("clip.mp4");
        var clip = VideoReader.Read(VideoSource.FromBytes(upload, "upload 7"), [0, 10, 20]);
        #endregion

        Assert.AreEqual("upload 7", clip.Path);
    }

    [TestMethod]
    public void Many()
    {
        #region many
        var sampler = new SparseSampler(8);
        var reader = new ClipReader(new()
        {
            OnFailure = FailurePolicy.Skip,
            Decoder = new() { MaxShortSide = 256 },
        });
        foreach (var result in reader.Read(VideoFolder.Files("clips"), (row, length) => [sampler.Training(length, new Random(row))]))
        {
            Console.WriteLine(result.Error?.Message ?? $"{result.Path}: frames {string.Join(", ", result.Clips[0].Indices)}");
        }
        #endregion

        Assert.AreEqual(1, reader.Failures);
    }

    [TestMethod]
    public void Backend()
    {
        #region backend
        VideoDecoder.OnAutomaticChoice(Console.Error.WriteLine);
        Console.WriteLine(VideoDecoder.Describe());                                  // FFmpeg 5.1.9 (libavformat 59.27.100)
        var clip = VideoReader.Read("clip.mp4", [0], new() { Backend = VideoBackend.OpenCv });
        #endregion

        Assert.AreEqual(1, clip.Frames);
    }

    [TestMethod]
    public void Untrusted()
    {
        Backends.Require(VideoBackend.FFmpegPipe);
        #region untrusted
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var options = new VideoDecoderOptions { Backend = VideoBackend.FFmpegPipe, MaxPixels = 1920 * 1080, Threads = 1 };
        var clip = VideoReader.Read("clip.mp4", [0, 10, 20], options, patience.Token);
        #endregion

        Assert.AreEqual(3, clip.Frames);
    }
}
