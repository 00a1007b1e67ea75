using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;
using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>OpenCV decodes every video as BT.601; clips tagged BT.709 must come out as BT.709.</summary>
[TestClass]
public sealed class ColorTests
{
    private static readonly VideoDecoderOptions s_openCv = new() { Backend = VideoBackend.OpenCv };

    /// <summary>Loads OpenCV the product's way before a test calls it itself.</summary>
    [ClassInitialize]
    public static void LoadOpenCv(TestContext context) => VideoDecoder.Describe(VideoBackend.OpenCv);

    [TestMethod]
    [DataRow("dog-phone-1080p.mp4", 5)]
    [DataRow("coin.mov", 100)]
    public void CorrectsClipsTaggedBt709(string file, int index)
    {
        string path = Path.Combine(RepositoryPaths.Media, file);
        byte[] decoded = Uncorrected(path, index);
        var corrected = VideoReader.Read(path, [index], s_openCv).Frame(0);

        double difference = 0, worst = 0;
        for (int i = 0; i < decoded.Length; i += 3)
        {
            double[] expected = Bt709FromBt601(decoded[i], decoded[i + 1], decoded[i + 2]);
            for (int c = 0; c < 3; c++)
            {
                difference += Math.Abs(corrected[i + c] - decoded[i + c]);
                worst = Math.Max(worst, Math.Abs(expected[c] - corrected[i + c]));
            }
        }

        Assert.IsLessThanOrEqualTo(1, worst, "Levels off the standard's matrix");
        Assert.IsGreaterThan(0.3, difference / decoded.Length, "The correction changes the picture");
    }

    [TestMethod]
    [DataRow("discs.mov", 30)]
    [DataRow("plant-short.mp4", 30)]
    [DataRow("ocean.webm", 10)]
    public void LeavesOtherClipsAlone(string file, int index)
    {
        string path = Path.Combine(RepositoryPaths.Media, file);
        CollectionAssert.AreEqual(Uncorrected(path, index), VideoReader.Read(path, [index], s_openCv).Frame(0).ToArray());
    }

    /// <summary>From the two standards' luma coefficients: back to luma and chroma by BT.601, and to RGB by BT.709.</summary>
    private static double[] Bt709FromBt601(double red, double green, double blue)
    {
        const double kr6 = 0.299, kb6 = 0.114, kr7 = 0.2126, kb7 = 0.0722;
        double luma = kr6 * red + (1 - kr6 - kb6) * green + kb6 * blue;
        double chromaBlue = (blue - luma) / (2 * (1 - kb6)), chromaRed = (red - luma) / (2 * (1 - kr6));
        double r = luma + 2 * (1 - kr7) * chromaRed, b = luma + 2 * (1 - kb7) * chromaBlue;
        double g = (luma - kr7 * r - kb7 * b) / (1 - kr7 - kb7);
        return [Math.Clamp(r, 0, 255), Math.Clamp(g, 0, 255), Math.Clamp(b, 0, 255)];
    }

    private static byte[] Uncorrected(string path, int index)
    {
        using var capture = new VideoCapture(path, VideoCaptureAPIs.FFMPEG);
        using Mat bgr = new(), rgb = new();
        for (int i = 0; i <= index; i++) Assert.IsTrue(capture.Grab());
        Assert.IsTrue(capture.Retrieve(bgr));
        Cv2.CvtColor(bgr, rgb, ColorConversionCodes.BGR2RGB);
        var bytes = new byte[rgb.Height * rgb.Width * 3];
        Marshal.Copy(rgb.Data, bytes, 0, bytes.Length);
        return bytes;
    }
}
