using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;

/// <summary>From OpenCV's BGR matrix to rows of RGB in the caller's memory.</summary>
internal static unsafe class RgbConversion
{
    public static void Write(Mat bgr, Span<byte> rgb, int height, int width)
    {
        if (rgb.Length != (long)height * width * 3) throw new ArgumentException($"{rgb.Length} bytes were given for a frame of {height} x {width} x 3.", nameof(rgb));
        if (bgr.Type() != MatType.CV_8UC3 || bgr.Height != height || bgr.Width != width)
        {
            throw new InvalidOperationException($"The decoder gave {bgr.Width} x {bgr.Height} of {bgr.Type()} for a frame of {width} x {height}.");
        }

        fixed (byte* target = rgb)
        {
            using var view = Mat.FromPixelData(height, width, MatType.CV_8UC3, (nint)target);
            Cv2.CvtColor(bgr, view, ColorConversionCodes.BGR2RGB);
        }
    }
}
