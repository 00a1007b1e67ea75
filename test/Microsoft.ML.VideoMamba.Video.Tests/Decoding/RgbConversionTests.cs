using Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;
using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

[TestClass]
public sealed class RgbConversionTests
{
    [TestMethod]
    public void SwapsTheColoursOfEveryWidth()
    {
        OpenCvRuntime.Load();
        for (int width = 1; width <= 40; width++)
        {
            const int height = 3;
            byte[] pixels = new byte[height * width * 3], rgb = new byte[pixels.Length], expected = new byte[pixels.Length];
            new Random(width).NextBytes(pixels);
            using var bgr = Mat.FromPixelData(height, width, MatType.CV_8UC3, pixels);
            using var swapped = Mat.FromPixelData(height, width, MatType.CV_8UC3, expected);
            Cv2.CvtColor(bgr, swapped, ColorConversionCodes.BGR2RGB);

            RgbConversion.Write(bgr, rgb, height, width);

            CollectionAssert.AreEqual(expected, rgb, $"{width} pixels");
        }
    }

    [TestMethod]
    public void RowsMayLieApart()
    {
        OpenCvRuntime.Load();
        using var large = new Mat(8, 31, MatType.CV_8UC3);
        Cv2.Randu(large, new Scalar(0, 0, 0), new Scalar(256, 256, 256));
        using var part = large.SubMat(2, 6, 5, 24);
        byte[] rgb = new byte[4 * 19 * 3];

        RgbConversion.Write(part, rgb, 4, 19);

        for (int y = 0; y < 4; y++)
        {
            for (int x = 0; x < 19; x++)
            {
                var bgr = part.At<Vec3b>(y, x);
                Assert.AreEqual((bgr.Item2, bgr.Item1, bgr.Item0), (rgb[(y * 19 + x) * 3], rgb[(y * 19 + x) * 3 + 1], rgb[(y * 19 + x) * 3 + 2]), $"pixel {x}, {y}");
            }
        }
    }
}
