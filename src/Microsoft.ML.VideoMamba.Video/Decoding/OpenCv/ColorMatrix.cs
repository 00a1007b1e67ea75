using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;

/// <summary>OpenCV converts every video as BT.601. For one that is tagged BT.709 this undoes that matrix and applies the right one.</summary>
internal static class ColorMatrix
{
    /// <summary>
    /// The BT.709 decoding matrix times the inverse of BT.601's (both for the same range), for pixels in the order blue, green, red.
    /// </summary>
    private static readonly float[,] s_from601To709 =
    {
        { 1.0418f, -0.0277f, -0.0141f },
        { 0.0584f, 0.8451f, 0.0965f },
        { -0.0141f, -0.0723f, 1.0864f },
    };

    /// <summary>Corrects a BGR frame in place.</summary>
    public static void CorrectBt709(Mat bgr)
    {
        using var matrix = Mat.FromArray(s_from601To709);
        Cv2.Transform(bgr, bgr, matrix);
    }
}
