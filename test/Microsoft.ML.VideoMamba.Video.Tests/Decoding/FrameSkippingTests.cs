using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>What is left out of a video whose frames are known must not show in those that are wanted.</summary>
[TestClass]
public sealed class FrameSkippingTests
{
    [TestMethod]
    [DataRow("coin.mov", true)]
    [DataRow("plant-short.mp4", true)]
    [DataRow("discs.mov", true)]
    [DataRow("dog-phone-1080p.mp4", true)]
    [DataRow("ocean.webm", true)]
    [DataRow("av1.mp4", true)]
    [DataRow("city.mpg", true)]
    [DataRow("hello.ogv", true)]
    [DataRow("broken/corrupt-middle.mp4", false)]
    public void WantedFramesAreTheSame(string file, bool known)
    {
        var options = Backends.Options(VideoBackend.FFmpeg);
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
    public void GoesForwardToTheEnd()
    {
        using var decoder = KnownDecoder(out int frames);
        Assert.IsTrue(decoder.MoveTo(32));
        Assert.AreEqual((32, decoder.KnownTimes![32]), (decoder.Position, decoder.Timestamp));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => decoder.MoveTo(32));
        Assert.IsTrue(decoder.MoveTo(frames - 1));
        Assert.AreEqual((frames - 1, decoder.KnownTimes[frames - 1]), (decoder.Position, decoder.Timestamp));
        Assert.IsFalse(decoder.MoveTo(frames));
        Assert.IsFalse(decoder.MoveNext());
    }

    [TestMethod]
    public void GoingOnBehindAWantedFrameMissesNone()
    {
        using var decoder = KnownDecoder(out int frames);
        Assert.IsTrue(decoder.MoveTo(100));
        for (int k = 101; k < frames; k++)
        {
            Assert.IsTrue(decoder.MoveNext());
            Assert.AreEqual((k, decoder.KnownTimes![k]), (decoder.Position, decoder.Timestamp));
        }

        Assert.IsFalse(decoder.MoveNext());
    }

    [TestMethod]
    public void AFileThatChangedUnnoticedIsReadAgain()
    {
        var options = Backends.Options(VideoBackend.FFmpeg);
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

    private static IVideoDecoder KnownDecoder(out int frames)
    {
        var options = Backends.Options(VideoBackend.FFmpeg);
        string path = Path.Combine(RepositoryPaths.Media, "coin.mov");
        frames = VideoReader.Probe(path, options).Frames;
        var decoder = VideoDecoder.Open(path, options);
        Assert.IsNotNull(decoder.KnownTimes);
        return decoder;
    }
}
