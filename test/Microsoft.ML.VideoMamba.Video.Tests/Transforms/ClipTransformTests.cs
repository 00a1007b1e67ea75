using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Video.Tests.Transforms;

[TestClass]
public sealed class ClipTransformTests
{
    [TestMethod]
    public void LaysOutChannelsThenFramesThenRows()
    {
        // Pixel value = 100 * frame + 10 * row + column for red, + 1 for green, + 2 for blue.
        var clip = Clip(frames: 2, height: 4, width: 4, (t, y, x, c) => (byte)(100 * t + 10 * y + x + c));
        var plain = new PixelNormalization([0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]);
        float[] view = ClipTransform.Validation(4, 2, plain).Apply(clip);
        Assert.HasCount(3 * 2 * 2 * 2, view);
        for (int i = 0; i < view.Length; i++)
        {
            int x = i % 2, y = i / 2 % 2, t = i / 4 % 2, c = i / 8;
            Assert.AreEqual(100 * t + 10 * (y + 1) + (x + 1) + c, view[i], 1e-4f, $"Element {i}");
        }
    }

    [TestMethod]
    public void ThreeViewsRunAlongTheLongSide()
    {
        var boxes = CropBox.AlongLongSide(100, 40, 3);
        CollectionAssert.AreEqual(new CropBox[] { new(0, 0, 40, 40), new(30, 0, 40, 40), new(60, 0, 40, 40) }, boxes.ToArray());
        CollectionAssert.AreEqual(new CropBox[] { new(0, 0, 36, 36), new(0, 10, 36, 36), new(0, 21, 36, 36) }, CropBox.AlongLongSide(36, 57, 3).ToArray());
    }

    [TestMethod]
    public void FiveViewsAreCornersAndMiddle()
    {
        CollectionAssert.AreEqual(
            new CropBox[] { new(0, 0, 4, 4), new(0, 6, 4, 4), new(4, 0, 4, 4), new(4, 6, 4, 4), new(2, 3, 4, 4) },
            CropBox.CornersAndCenter(8, 10, 4).ToArray());
        var clip = Clip(1, 90, 120, (_, y, x, _) => (byte)(y + x));
        Assert.HasCount(5 * 3 * 56 * 56, ClipTransform.Test(56, 5).Apply(clip));
    }

    [TestMethod]
    public void MiddleRoundsHalvesToEven()
    {
        Assert.AreEqual(new CropBox(2, 2, 2, 2), CropBox.Center(7, 6, 2));
        Assert.AreEqual(new CropBox(4, 0, 2, 2), CropBox.Center(9, 2, 2));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => CropBox.Center(5, 9, 6));
    }

    [TestMethod]
    public void RefusesADestinationOfAnotherSize()
    {
        var clip = Clip(1, 8, 8, (_, _, _, _) => 0);
        Assert.ThrowsExactly<ArgumentException>(() => ClipTransform.Test(8, 1).Apply(clip, new float[3 * 64 + 1]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ClipTransform.Test(8, 4));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ClipTransform.Validation(7, 8));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ClipTransform.Image(8, 1.5));
        Assert.ThrowsExactly<ArgumentException>(() => new PixelNormalization([0, 0, 0], [1, 0, 1]));
    }

    private static VideoClip Clip(int frames, int height, int width, Func<int, int, int, int, byte> pixel)
    {
        var memory = new ReadOnlyMemory<byte>[frames];
        for (int t = 0; t < frames; t++)
        {
            var bytes = new byte[height * width * 3];
            for (int i = 0; i < bytes.Length; i++) bytes[i] = pixel(t, i / 3 / width, i / 3 % width, i % 3);
            memory[t] = bytes;
        }

        return new VideoClip("made", height, width, memory);
    }
}
