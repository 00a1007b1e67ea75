using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;

/// <summary>Shows OpenCV's frames as a display matrix asks.</summary>
internal static class MatOrientation
{
    /// <summary>Shows a coded frame.</summary>
    public static void Apply(this FrameOrientation orientation, Mat coded, Mat shown)
    {
        if (!orientation.SwapsSides)
        {
            Flip(coded, shown, orientation.A < 0, orientation.D < 0);
            return;
        }

        Cv2.Transpose(coded, shown);
        Flip(shown, shown, orientation.C < 0, orientation.B < 0);
    }

    private static void Flip(Mat source, Mat target, bool horizontally, bool vertically)
    {
        if (horizontally) Cv2.Flip(source, target, vertically ? FlipMode.XY : FlipMode.Y);
        else if (vertically) Cv2.Flip(source, target, FlipMode.X);
        else if (!ReferenceEquals(source, target)) source.CopyTo(target);
    }
}
