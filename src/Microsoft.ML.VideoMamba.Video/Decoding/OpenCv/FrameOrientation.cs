using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;

/// <summary>
/// A display matrix of quarter turns and mirrorings: coded pixel (x, y) is shown at (A x + C y, B x + D y), shifted into the picture; y points down.
/// </summary>
internal readonly record struct FrameOrientation(int A, int B, int C, int D)
{
    public static FrameOrientation Upright { get; } = new(1, 0, 0, 1);

    /// <summary>A front camera's picture: OpenCV turns it where it should mirror it.</summary>
    public bool IsMirrored => A * D - B * C < 0;

    public bool SwapsSides => A == 0;

    /// <summary>The signs of a display matrix; a turn that is no multiple of 90 degrees counts as upright, as no whole pixels could show it.</summary>
    /// <param name="matrix">The nine 32-bit numbers of the container, row by row.</param>
    public static FrameOrientation FromDisplayMatrix(ReadOnlySpan<int> matrix)
    {
        var found = new FrameOrientation(Math.Sign(matrix[0]), Math.Sign(matrix[1]), Math.Sign(matrix[3]), Math.Sign(matrix[4]));
        bool straight = found is { B: 0, C: 0 } && found.A * found.D != 0;
        bool swapped = found is { A: 0, D: 0 } && found.B * found.C != 0;
        return straight || swapped ? found : Upright;
    }

    /// <summary>Shows a coded frame.</summary>
    public void Apply(Mat coded, Mat shown)
    {
        if (!SwapsSides)
        {
            Flip(coded, shown, A < 0, D < 0);
            return;
        }

        Cv2.Transpose(coded, shown);
        Flip(shown, shown, C < 0, B < 0);
    }

    private static void Flip(Mat source, Mat target, bool horizontally, bool vertically)
    {
        if (horizontally) Cv2.Flip(source, target, vertically ? FlipMode.XY : FlipMode.Y);
        else if (vertically) Cv2.Flip(source, target, FlipMode.X);
        else if (!ReferenceEquals(source, target)) source.CopyTo(target);
    }
}
