using System.IO.Compression;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Samples.Tests;

/// <summary>The maker of training sets, on a Fashion-MNIST of twenty made-up pictures.</summary>
[TestClass]
public sealed class FashionClipsTests
{
    private const int Pictures = 20;

    [TestMethod]
    public void PicturesLieInTheirKindsFolder()
    {
        using var folder = Source();

        var (exitCode, text, error) = SampleProgram.Run("FashionClips", "images", folder["source"], folder["images"], "20", "7");

        Assert.AreEqual(0, exitCode, error);
        Assert.Contains("20 images of 10 classes", text);
        Assert.HasCount(2, Directory.GetFiles(folder["images/train/sneaker"], "*.pnm"));
        Assert.HasCount(7, Directory.GetFiles(folder["images/val"], "*.pnm", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void AllFourClassesHaveTheSameFramesInDifferentOrders()
    {
        using var folder = Source();

        var (exitCode, text, error) = SampleProgram.Run("FashionClips", "clips", folder["source"], folder["clips"], "12", "4");

        Assert.AreEqual(0, exitCode, error);
        Assert.Contains("12 clips of 4 classes", text);
        string[] classes = Directory.GetDirectories(folder["clips/train"]);
        Assert.HasCount(4, classes);
        for (int pair = 0; pair < 3; pair++)
        {
            string[][] clips = [.. classes.Select(one => Frames(Path.Combine(one, $"{pair:0000}.pnm")))];
            Assert.IsTrue(clips.All(clip => clip.Length == 8));
            foreach (string[] clip in clips) CollectionAssert.AreEquivalent(clips[0], clip, "Frames without their order would tell the class");
            Assert.HasCount(4, clips.Select(clip => string.Concat(clip)).Distinct());
        }
    }

    [TestMethod]
    public void NamesAFileThatIsNoneOfFashionMnists()
    {
        using var folder = Source();
        using (var gzip = new GZipStream(File.Create(folder["source/t10k-labels-idx1-ubyte.gz"]), CompressionLevel.Fastest)) gzip.Write(new byte[100]);

        var (exitCode, _, error) = SampleProgram.Run("FashionClips", "images", folder["source"], folder["images"]);

        Assert.AreNotEqual(0, exitCode);
        Assert.Contains("t10k-labels-idx1-ubyte.gz", error);
    }

    private static string[] Frames(string path)
    {
        var clip = VideoReader.ReadAll(path);
        return [.. Enumerable.Range(0, clip.Frames).Select(t => Convert.ToHexString(clip.Frame(t)))];
    }

    private static TemporaryFolder Source()
    {
        var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["source"]);
        var random = new Random(1);
        foreach (string part in new[] { "train", "t10k" })
        {
            byte[] pixels = new byte[Pictures * 28 * 28];
            random.NextBytes(pixels);
            Write(folder[$"source/{part}-images-idx3-ubyte.gz"], [0, 0, 8, 3, 0, 0, 0, Pictures, 0, 0, 0, 28, 0, 0, 0, 28, .. pixels]);
            Write(folder[$"source/{part}-labels-idx1-ubyte.gz"], [0, 0, 8, 1, 0, 0, 0, Pictures, .. Enumerable.Range(0, Pictures).Select(i => (byte)(i % 10))]);
        }

        return folder;
    }

    private static void Write(string path, byte[] bytes)
    {
        using var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        gzip.Write(bytes);
    }
}
