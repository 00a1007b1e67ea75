using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Transforms;
using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Tests.Transforms;

[TestClass]
public sealed class FrameResizerTests
{
    /// <summary>Loads OpenCV the product's way before a test calls it itself.</summary>
    [ClassInitialize]
    public static void LoadOpenCv(TestContext context) => VideoDecoder.Describe(VideoBackend.OpenCv);

    [TestMethod]
    [DataRow(240, 320, 224, 298)]
    [DataRow(720, 1280, 224, 398)]
    [DataRow(448, 448, 224, 224)]
    [DataRow(37, 53, 91, 130)]
    [DataRow(405, 720, 1, 1)]
    [DataRow(1, 1, 17, 5)]
    [DataRow(3, 200, 200, 3)]
    [DataRow(100, 64, 100, 31)]
    public void BilinearEqualsOpenCvBitForBit(int height, int width, int newHeight, int newWidth)
    {
        byte[] pixels = RandomPixels(height, width);
        using var source = Mat.FromPixelData(height, width, MatType.CV_8UC3, pixels);
        using var expected = new Mat();
        Cv2.Resize(source, expected, new Size(newWidth, newHeight), interpolation: InterpolationFlags.Linear);
        CollectionAssert.AreEqual(Bytes(expected), Resized(ResizeFilter.Bilinear, pixels, height, width, newHeight, newWidth));
    }

    [TestMethod]
    public void BilinearEqualsOpenCvForManySizes()
    {
        var random = new Random(7);
        for (int i = 0; i < 200; i++)
        {
            BilinearEqualsOpenCvBitForBit(random.Next(1, 90), random.Next(1, 90), random.Next(1, 90), random.Next(1, 90));
        }
    }

    [TestMethod]
    public void BicubicKeepsAFlatFrameFlat()
    {
        byte[] flat = new byte[31 * 47 * 3];
        Array.Fill(flat, (byte)201);
        foreach (var (height, width) in new[] { (7, 5), (90, 120), (31, 10) })
        {
            byte[] resized = Resized(ResizeFilter.BicubicAntialiased, flat, 31, 47, height, width);
            Assert.HasCount(height * width * 3, resized);
            Assert.IsTrue(resized.All(level => level == 201));
        }
    }

    [TestMethod]
    public void SameSizeIsACopy()
    {
        byte[] pixels = RandomPixels(9, 11);
        CollectionAssert.AreEqual(pixels, Resized(ResizeFilter.Bilinear, pixels, 9, 11, 9, 11));
        CollectionAssert.AreEqual(pixels, Resized(ResizeFilter.BicubicAntialiased, pixels, 9, 11, 9, 11));
    }

    [TestMethod]
    public void ShortSideKeepsTheProportion()
    {
        Assert.AreEqual((224, 298), FrameResizer.ShortSide(240, 320, 224));
        Assert.AreEqual((58, 36), FrameResizer.ShortSide(67, 41, 36));
        Assert.AreEqual((5, 5), FrameResizer.ShortSide(8, 8, 5));
    }

    [TestMethod]
    public void RefusesSpansOfOtherSizes()
    {
        var resizer = FrameResizer.Create(ResizeFilter.Bilinear, 2, 2, 4, 4);
        Assert.ThrowsExactly<ArgumentException>(() => resizer.Resize(new byte[11], new byte[48]));
        Assert.ThrowsExactly<ArgumentException>(() => resizer.Resize(new byte[12], new byte[49]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FrameResizer.Create(ResizeFilter.Bilinear, 2, 0, 4, 4));
    }

    private static byte[] RandomPixels(int height, int width)
    {
        var pixels = new byte[height * width * 3];
        new Random(height * 31 + width).NextBytes(pixels);
        return pixels;
    }

    private static byte[] Resized(ResizeFilter filter, byte[] pixels, int height, int width, int newHeight, int newWidth)
    {
        var resized = new byte[newHeight * newWidth * 3];
        FrameResizer.Create(filter, height, width, newHeight, newWidth).Resize(pixels, resized);
        return resized;
    }

    private static byte[] Bytes(Mat mat)
    {
        var bytes = new byte[mat.Height * mat.Width * 3];
        Marshal.Copy(mat.Data, bytes, 0, bytes.Length);
        return bytes;
    }
}
