using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>Cut, overwritten and spliced videos give frames or an error that names them; the process lives on.</summary>
[TestClass]
public sealed class MutationTests
{
    private static readonly string[] s_small = ["plant-short.mp4", "discs.mov", "broken/corrupt-middle.mp4", "av1.mp4"];
    private static readonly string[] s_all = [.. s_small, "coin.mov", "hello.ogv", "screencast.webm", "hello.mpeg", "broken/zero-frames.mp4", "broken/image-renamed.avi"];

    [TestMethod]
    [Timeout(120_000, CooperativeCancellation = true)]
    [DataRow(VideoBackend.OpenCv, 200)]
    [DataRow(VideoBackend.FFmpeg, 200)]
    [DataRow(VideoBackend.FFmpegPipe, 12)]
    public void SurvivesSome(VideoBackend backend, int count) => Survive(backend, count, seed: 1, s_small);

    [TestMethod]
    [TestCategory(TestCategories.Slow)]
    [DataRow(VideoBackend.OpenCv, 5_000)]
    [DataRow(VideoBackend.FFmpeg, 10_000)]
    [DataRow(VideoBackend.FFmpegPipe, 1_000)]
    public void SurvivesThousands(VideoBackend backend, int count) => Survive(backend, count, seed: 2, s_all);

    private static void Survive(VideoBackend backend, int count, int seed, string[] files)
    {
        byte[][] originals = [.. files.Select(file => File.ReadAllBytes(Path.Combine(RepositoryPaths.Media, file)))];
        var options = Backends.Options(backend) with { MaxPixels = 1 << 20, Threads = 1 };
        int read = 0, refused = 0;
        var cores = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }; // without it, threads in native code look idle and more are added
        Parallel.For(0, count, cores, i =>
        {
            var random = new Random(seed * 1_000_003 + i);
            var source = VideoSource.FromBytes(Mutate(originals[i % originals.Length], random), $"mutation {i}");
            try
            {
                ReadSome(source, options);
                Interlocked.Increment(ref read);
            }
            catch (VideoException e)
            {
                StringAssert.StartsWith(e.Message, source.Name + ": ");
                Interlocked.Increment(ref refused);
            }
        });

        Assert.AreEqual(count, read + refused);
        Assert.IsGreaterThan(0, read, "Some mutations are readable");
        Assert.IsGreaterThan(0, refused, "Some mutations are not");
    }

    /// <summary>All frames decoded, every eighth converted; 64 frames show as much as thousands would.</summary>
    private static void ReadSome(VideoSource source, VideoDecoderOptions options)
    {
        using var decoder = VideoDecoder.Open(source, options);
        var rgb = new byte[decoder.Height * decoder.Width * 3];
        while (decoder.Position < 64 && decoder.MoveNext())
        {
            if (decoder.Position % 8 == 0) decoder.CopyTo(rgb);
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] bytes = [.. original];
        switch (random.Next(4))
        {
            case 0: // cut
                return bytes[..random.Next(bytes.Length)];
            case 1: // a few bytes anywhere
                for (int n = random.Next(1, 64); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            case 2: // a few bytes of the headers at either end
                for (int n = random.Next(1, 16); n > 0; n--) bytes[random.Next(2) == 0 ? random.Next(Math.Min(4096, bytes.Length)) : ^(1 + random.Next(Math.Min(4096, bytes.Length)))] = (byte)random.Next(256);
                return bytes;
            default: // a stretch copied over another
                int length = random.Next(1, bytes.Length / 4 + 2);
                bytes.AsSpan(random.Next(bytes.Length - length), length).ToArray().CopyTo(bytes, random.Next(bytes.Length - length));
                return bytes;
        }
    }
}
