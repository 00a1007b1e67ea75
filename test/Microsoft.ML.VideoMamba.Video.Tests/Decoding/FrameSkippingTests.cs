using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>What is left out of a video whose frames are known must not show in those that are wanted.</summary>
[TestClass]
public sealed class FrameSkippingTests
{
    [TestMethod]
    [DataRow(VideoBackend.FFmpeg, "coin.mov", true)]
    [DataRow(VideoBackend.FFmpeg, "plant-short.mp4", true)]
    [DataRow(VideoBackend.FFmpeg, "discs.mov", true)]
    [DataRow(VideoBackend.FFmpeg, "dog-phone-1080p.mp4", true)]
    [DataRow(VideoBackend.FFmpeg, "ocean.webm", true)]
    [DataRow(VideoBackend.FFmpeg, "av1.mp4", true)]
    [DataRow(VideoBackend.FFmpeg, "city.mpg", true)]
    [DataRow(VideoBackend.FFmpeg, "hello.ogv", true)]
    [DataRow(VideoBackend.FFmpeg, "broken/corrupt-middle.mp4", false)]
    [DataRow(VideoBackend.OpenCv, "coin.mov", true)]
    [DataRow(VideoBackend.OpenCv, "plant-short.mp4", true)]
    [DataRow(VideoBackend.OpenCv, "hello.ogv", true)]
    [DataRow(VideoBackend.OpenCv, "city.mpg", true)]
    [DataRow(VideoBackend.OpenCv, "broken/corrupt-middle.mp4", false)]
    public void WantedFramesAreTheSame(VideoBackend backend, string file, bool known)
    {
        var options = Backends.Options(backend);
        using var folder = new TemporaryFolder();
        string path = folder[Path.GetFileName(file)];
        File.Copy(Path.Combine(RepositoryPaths.Media, file), path);
        int frames = VideoReader.Probe(path, options).Frames;
        var random = new Random(frames);
        int[] wanted = [.. Enumerable.Range(0, 5).Select(_ => random.Next(frames)), frames - 1];
        using (var decoder = VideoDecoder.Open(path, options)) Assert.AreEqual(known, decoder.KnownTimes is not null);

        var picked = VideoReader.Read(path, wanted, options);
        var whole = VideoReader.Read(path, wanted, options with { Strict = known }); // a strict reading decodes everything
        for (int t = 0; t < wanted.Length; t++)
        {
            Assert.AreEqual(whole.Times[t], picked.Times[t], $"Time of frame {wanted[t]}");
            if (known) Assert.IsTrue(whole.Frame(t).SequenceEqual(picked.Frame(t)), $"Frame {wanted[t]}");
        }
    }

    [TestMethod]
    [DataRow(VideoBackend.FFmpeg)]
    [DataRow(VideoBackend.OpenCv)]
    public void GoesForwardToTheEnd(VideoBackend backend)
    {
        using var decoder = KnownDecoder(backend, out int frames);
        Assert.IsTrue(decoder.MoveTo(32));
        Assert.AreEqual((32, decoder.KnownTimes![32]), (decoder.Position, decoder.Timestamp));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => decoder.MoveTo(32));
        Assert.IsTrue(decoder.MoveTo(frames - 1));
        Assert.AreEqual((frames - 1, decoder.KnownTimes[frames - 1]), (decoder.Position, decoder.Timestamp));
        Assert.IsFalse(decoder.MoveTo(frames));
        Assert.IsFalse(decoder.MoveNext());
    }

    [TestMethod]
    [DataRow(VideoBackend.FFmpeg)]
    [DataRow(VideoBackend.OpenCv)]
    public void GoingOnBehindAWantedFrameMissesNone(VideoBackend backend)
    {
        using var decoder = KnownDecoder(backend, out int frames);
        Assert.IsTrue(decoder.MoveTo(100));
        for (int k = 101; k < frames; k++)
        {
            Assert.IsTrue(decoder.MoveNext());
            Assert.AreEqual((k, decoder.KnownTimes![k]), (decoder.Position, decoder.Timestamp));
        }

        Assert.IsFalse(decoder.MoveNext());
    }

    [TestMethod]
    [DataRow(VideoBackend.FFmpeg)]
    [DataRow(VideoBackend.OpenCv)]
    public void AFileThatChangedUnnoticedIsReadAgain(VideoBackend backend)
    {
        var options = Backends.Options(backend);
        using var folder = new TemporaryFolder();
        string path = folder["clip"];
        File.Copy(Path.Combine(RepositoryPaths.Media, "plant-short.mp4"), path);
        var written = new FileInfo(path).LastWriteTimeUtc;
        VideoReader.Probe(path, options);

        // The same length and time of writing, but another video.
        byte[] other = File.ReadAllBytes(Path.Combine(RepositoryPaths.Media, "discs.mov"));
        Array.Resize(ref other, (int)new FileInfo(path).Length);
        File.WriteAllBytes(path, other);
        File.SetLastWriteTimeUtc(path, written);
        var clip = VideoReader.Read(path, [20], options);
        Assert.IsTrue(VideoReader.Read(Path.Combine(RepositoryPaths.Media, "discs.mov"), [20], options).Frame(0).SequenceEqual(clip.Frame(0)));
    }

    /// <summary>What is behind the last wanted frame is damaged after the file was read whole, unnoticed: a reading that went there would see it.</summary>
    [TestMethod]
    [DataRow(VideoBackend.FFmpeg)]
    [DataRow(VideoBackend.OpenCv)]
    public void ReadingEndsWithTheLastWantedFrame(VideoBackend backend)
    {
        var options = Backends.Options(backend);
        using var folder = new TemporaryFolder();
        string path = folder["clip.mov"];
        File.Copy(Path.Combine(RepositoryPaths.Media, "coin.mov"), path);
        var written = new FileInfo(path).LastWriteTimeUtc;
        var whole = VideoReader.Read(path, length => [0, 10, 20], options);
        byte[] content = File.ReadAllBytes(path);
        content.AsSpan(content.Length / 2, content.Length / 4).Clear();
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, written);

        var again = VideoReader.Read(path, length => [0, 10, 20], options);

        Assert.AreEqual(0, again.Gaps);
        for (int t = 0; t < again.Frames; t++) Assert.IsTrue(whole.Frame(t).SequenceEqual(again.Frame(t)), $"Frame {again.Indices[t]}");
    }

    private static IVideoDecoder KnownDecoder(VideoBackend backend, out int frames)
    {
        var options = Backends.Options(backend);
        string path = Path.Combine(RepositoryPaths.Media, "coin.mov");
        frames = VideoReader.Probe(path, options).Frames;
        var decoder = VideoDecoder.Open(path, options);
        Assert.IsNotNull(decoder.KnownTimes);
        return decoder;
    }
}
