using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Images;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Video.Tests.Images;

[TestClass]
public sealed class FrameImageTests
{
    private static readonly string s_clip = Path.Combine(RepositoryPaths.Media, "plant-short.mp4");

    [TestMethod]
    public void FramesComeBackFromTheirFiles()
    {
        using var folder = new TemporaryFolder();
        var clip = VideoReader.Read(s_clip, [17, 3]);
        var files = FrameImage.WriteAll(folder["frames"], clip);
        CollectionAssert.AreEqual(new[] { folder[Path.Combine("frames", "000017.png")], folder[Path.Combine("frames", "000003.png")] }, files.ToArray());
        Assert.HasCount(2, Directory.GetFiles(folder["frames"]));
        for (int t = 0; t < 2; t++) CollectionAssert.AreEqual(clip.Frame(t).ToArray(), VideoReader.ReadAll(files[t]).Frame(0).ToArray());
    }

    [TestMethod]
    public void ASheetHoldsEveryFrame()
    {
        using var folder = new TemporaryFolder();
        var clip = VideoReader.Read(s_clip, [0, 7, 14, 21, 28]);
        ContactSheet.Write(folder["sheet.png"], clip);
        var sheet = VideoReader.ReadAll(folder["sheet.png"]);
        Assert.AreEqual((2 * 240, 3 * 320), (sheet.Height, sheet.Width));

        // Right of the number, the tiles are the frames themselves; the sixth place stays black.
        for (int t = 0; t < 6; t++)
        {
            int place = ((t / 3 * 240 + 200) * sheet.Width + t % 3 * 320 + 100) * 3;
            byte[] expected = t < 5 ? clip.Frame(t).Slice((200 * 320 + 100) * 3, 300).ToArray() : new byte[300];
            CollectionAssert.AreEqual(expected, sheet.Frame(0).Slice(place, 300).ToArray(), $"Tile {t}");
        }

        CollectionAssert.AreNotEqual(clip.Frame(0).Slice(12 * 320 * 3, 60 * 3).ToArray(), sheet.Frame(0).Slice(12 * sheet.Width * 3, 60 * 3).ToArray(), "The number is burned in");
    }
}
