using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>The decoder's own contract.</summary>
[TestClass]
public sealed class DecoderTests
{
    private static readonly string s_clip = Path.Combine(RepositoryPaths.Media, "plant-short.mp4");

    [TestMethod]
    [DynamicData(nameof(Backends.All), typeof(Backends))]
    public void GivesFramesOnlyBetweenStartAndEnd(VideoBackend backend)
    {
        using var decoder = VideoDecoder.Open(s_clip, Backends.Options(backend));
        var rgb = new byte[decoder.Height * decoder.Width * 3];
        Assert.AreEqual(-1, decoder.Position);
        Assert.ThrowsExactly<InvalidOperationException>(() => decoder.CopyTo(rgb));
        Assert.IsTrue(decoder.MoveNext());
        Assert.AreEqual(0, decoder.Position);
        Assert.ThrowsExactly<ArgumentException>(() => decoder.CopyTo(rgb.AsSpan(1)));
        decoder.CopyTo(rgb);
        Assert.IsTrue(rgb.Any(level => level != 0));
        while (decoder.MoveNext())
        {
        }

        Assert.AreEqual(35, decoder.Position);
        Assert.IsFalse(decoder.MoveNext());
        Assert.ThrowsExactly<InvalidOperationException>(() => decoder.CopyTo(rgb));
    }

    [TestMethod]
    public void MendsTimesThatDoNotRise()
    {
        CollectionAssert.AreEqual(new[] { 0, 0.1, 0.4 }, FrameTimes.Mend([0, 0.1, 0.4], 25));
        CollectionAssert.AreEqual(new[] { 0, 0.04, 0.08 }, FrameTimes.Mend([0, 0.1, 0], 25));
        CollectionAssert.AreEqual(new double[] { 0, 1, 2 }, FrameTimes.Mend([0, 0, 0], 90000));
        CollectionAssert.AreEqual(new double[] { 0, 1 }, FrameTimes.Mend([0, double.PositiveInfinity], 0));
    }

    [TestMethod]
    [DoNotParallelize]
    [DataRow(VideoBackend.OpenCv, 200)]
    [DataRow(VideoBackend.FFmpeg, 200)]
    [DataRow(VideoBackend.FFmpegPipe, 10)]
    public void OpeningLeavesNothingBehind(VideoBackend backend, int times)
    {
        if (!OperatingSystem.IsLinux()) Assert.Inconclusive("Counts open files by /proc.");
        var options = Backends.Options(backend);
        for (int i = 0; i < times / 10; i++) ReadSome(options);
        (int files, long memory) = Resources();
        for (int i = 0; i < times; i++) ReadSome(options);
        var (filesAfter, memoryAfter) = Resources();
        Assert.IsLessThanOrEqualTo(files + 2, filesAfter, "Open files");
        Assert.IsLessThan(memory + (24L << 20), memoryAfter, "Resident memory");
    }

    private static void ReadSome(VideoDecoderOptions options)
    {
        using var decoder = VideoDecoder.Open(s_clip, options);
        var rgb = new byte[decoder.Height * decoder.Width * 3];
        for (int i = 0; i < 3; i++) Assert.IsTrue(decoder.MoveNext());
        decoder.CopyTo(rgb);
        Assert.ThrowsExactly<VideoException>(() => VideoDecoder.Open(Path.Combine(RepositoryPaths.Media, "broken", "text.mp4"), options));
    }

    private static (int Files, long Memory) Resources()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return (Directory.GetFiles("/proc/self/fd").Length, Environment.WorkingSet);
    }
}
