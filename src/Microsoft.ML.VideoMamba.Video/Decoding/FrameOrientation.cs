namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>
/// A display matrix of quarter turns and mirrorings: coded pixel (x, y) is shown at (A x + C y, B x + D y), shifted into the picture; y points down.
/// </summary>
internal readonly record struct FrameOrientation(int A, int B, int C, int D)
{
    public static FrameOrientation Upright { get; } = new(1, 0, 0, 1);

    /// <summary>A front camera's picture: OpenCV turns it where it should mirror it.</summary>
    public bool IsMirrored => A * D - B * C < 0;

    public bool SwapsSides => A == 0;

    /// <summary>The clockwise turn in degrees; 0 for a mirrored picture.</summary>
    public int Rotation => IsMirrored ? 0 : (A, B) switch { (0, 1) => 90, (-1, 0) => 180, (0, -1) => 270, _ => 0 };

    /// <summary>The signs of a display matrix; a turn that is no multiple of 90 degrees counts as upright, as no whole pixels could show it.</summary>
    /// <param name="matrix">The nine 32-bit numbers of the container, row by row.</param>
    public static FrameOrientation FromDisplayMatrix(ReadOnlySpan<int> matrix)
    {
        var found = new FrameOrientation(Math.Sign(matrix[0]), Math.Sign(matrix[1]), Math.Sign(matrix[3]), Math.Sign(matrix[4]));
        bool straight = found is { B: 0, C: 0 } && found.A * found.D != 0;
        bool swapped = found is { A: 0, D: 0 } && found.B * found.C != 0;
        return straight || swapped ? found : Upright;
    }

    /// <summary>Shows a coded frame of RGB.</summary>
    /// <param name="coded">Rows of RGB, <paramref name="stride"/> bytes apart.</param>
    /// <param name="stride">Bytes from one coded row to the next.</param>
    /// <param name="height">The coded height.</param>
    /// <param name="width">The coded width.</param>
    /// <param name="shown">height * width * 3 bytes: rows of RGB without gaps, as shown.</param>
    public void Write(ReadOnlySpan<byte> coded, int stride, int height, int width, Span<byte> shown)
    {
        int row = (SwapsSides ? height : width) * 3;
        int right = A * 3 + B * row, down = C * 3 + D * row; // what one coded pixel to the right and one down are in the shown frame
        int first = (right < 0 ? -right * (width - 1) : 0) + (down < 0 ? -down * (height - 1) : 0);
        for (int y = 0; y < height; y++, first += down)
        {
            var pixels = coded.Slice(y * stride, width * 3);
            if (right == 3) pixels.CopyTo(shown[first..]);
            else Scatter(pixels, shown, first, right);
        }
    }

    private static void Scatter(ReadOnlySpan<byte> pixels, Span<byte> shown, int target, int step)
    {
        for (int at = 0; at < pixels.Length; at += 3, target += step)
        {
            (shown[target], shown[target + 1], shown[target + 2]) = (pixels[at], pixels[at + 1], pixels[at + 2]);
        }
    }
}
