using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Transforms;

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
    [DynamicData(nameof(Backends.All), typeof(Backends))]
    public void LargeFramesAreResizedAsTheyAreDecoded(VideoBackend backend)
    {
        var options = Backends.Options(backend);
        using var whole = VideoDecoder.Open(s_clip, options);
        using var small = VideoDecoder.Open(s_clip, options with { MaxShortSide = 60 });
        Assert.AreEqual((60, 80), (small.Height, small.Width));
        Assert.IsTrue(whole.MoveTo(7) && small.MoveTo(7));
        byte[] large = new byte[240 * 320 * 3], expected = new byte[60 * 80 * 3], found = new byte[60 * 80 * 3];
        whole.CopyTo(large);
        FrameResizer.Create(ResizeFilter.Bilinear, 240, 320, 60, 80).Resize(large, expected);
        small.CopyTo(found);
        CollectionAssert.AreEqual(expected, found);
        using var same = VideoDecoder.Open(s_clip, options with { MaxShortSide = 240 });
        Assert.AreEqual((240, 320), (same.Height, same.Width));
    }

    [TestMethod]
    [DynamicData(nameof(Backends.All), typeof(Backends))]
    public void StopsWhenAskedTo(VideoBackend backend)
    {
        using var cancellation = new CancellationTokenSource();
        using var decoder = VideoDecoder.Open(Path.Combine(RepositoryPaths.Media, "screencast.webm"), Backends.Options(backend), cancellation.Token);
        Assert.IsTrue(decoder.MoveNext());
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
        {
            while (decoder.MoveNext())
            {
            }
        });
    }

    [TestMethod]
    public void TheAutomaticChoiceIsSaidOnceToEveryone()
    {
        List<string> first = [], second = [];
        VideoDecoder.OnAutomaticChoice(first.Add);
        string described = VideoDecoder.Describe();
        VideoDecoder.Describe();
        VideoDecoder.OnAutomaticChoice(second.Add);
        Assert.HasCount(1, first);
        CollectionAssert.AreEqual(first, second);
        StringAssert.Contains(first[0], VideoDecoder.Resolve() == VideoBackend.FFmpeg ? described : "OpenCV");
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
