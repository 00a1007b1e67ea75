using System.Runtime.CompilerServices;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>
/// An affine change of place: the middle of a new pixel, (x + 0.5, y + 0.5), takes its colour from (Xx x + Xy y + X0, Yx x + Yy y + Y0) of the old frame, or
/// the filling where that lies outside. Frames are (H, W, 3) bytes.
/// </summary>
/// <remarks>PIL's Image.transform with AFFINE: taps are clamped at the edges, results truncated.</remarks>
internal readonly record struct AffineOperation(double Xx, double Xy, double X0, double Yx, double Yy, double Y0)
{
    /// <summary>Takes from <paramref name="factor"/> columns further right for each row down.</summary>
    public static AffineOperation ShearX(double factor) => new(1, factor, 0, 0, 1, 0);

    /// <summary>Takes from <paramref name="factor"/> rows further down for each column to the right.</summary>
    public static AffineOperation ShearY(double factor) => new(1, 0, 0, factor, 1, 0);

    /// <summary>Takes from some columns further right and rows further down.</summary>
    public static AffineOperation Translate(double columns, double rows) => new(1, 0, columns, 0, 1, rows);

    /// <summary>Turns the picture counter-clockwise about its middle.</summary>
    public static AffineOperation Rotate(double degrees, int height, int width)
    {
        double angle = -double.DegreesToRadians(degrees), x = width / 2.0, y = height / 2.0;
        double cos = Math.Cos(angle), sin = Math.Sin(angle);
        return new(cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y);
    }

    /// <summary>Changes a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="changed">As large; every pixel is written.</param>
    /// <param name="width">Of the frame.</param>
    /// <param name="fill">What lies outside the frame.</param>
    /// <param name="bicubic">Whether pixels come from sixteen neighbours instead of four.</param>
    public void Apply(ReadOnlySpan<byte> frame, Span<byte> changed, int width, RgbLevel fill, bool bicubic)
    {
        int height = frame.Length / (width * 3), at = 0;
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++, at += 3)
            {
                double x = Xx * (column + 0.5) + Xy * (row + 0.5) + X0, y = Yx * (column + 0.5) + Yy * (row + 0.5) + Y0;
                var pixel = changed.Slice(at, 3);
                if (!(x >= 0 && x < width && y >= 0 && y < height)) fill.CopyTo(pixel);
                else if (bicubic) Cubic(frame, width, height, x - 0.5, y - 0.5, pixel);
                else Linear(frame, width, height, x - 0.5, y - 0.5, pixel);
            }
        }
    }

    private static void Linear(ReadOnlySpan<byte> frame, int width, int height, double x, double y, Span<byte> pixel)
    {
        int column = (int)Math.Floor(x), row = (int)Math.Floor(y);
        float across = (float)(x - column), down = (float)(y - row);
        int left = 3 * Math.Max(column, 0), right = 3 * Math.Min(column + 1, width - 1);
        var upper = frame.Slice(Math.Max(row, 0) * width * 3, width * 3);
        var lower = frame.Slice(Math.Min(row + 1, height - 1) * width * 3, width * 3);
        for (int channel = 0; channel < 3; channel++)
        {
            float above = upper[left + channel] + across * (upper[right + channel] - upper[left + channel]);
            float below = lower[left + channel] + across * (lower[right + channel] - lower[left + channel]);
            pixel[channel] = (byte)(above + down * (below - above));
        }
    }

    private static void Cubic(ReadOnlySpan<byte> frame, int width, int height, double x, double y, Span<byte> pixel)
    {
        int column = (int)Math.Floor(x), row = (int)Math.Floor(y);
        float across = (float)(x - column), down = (float)(y - row);
        int c0 = 3 * Math.Max(column - 1, 0), c1 = 3 * Math.Max(column, 0), c2 = 3 * Math.Min(column + 1, width - 1), c3 = 3 * Math.Min(column + 2, width - 1);
        Span<float> sums = stackalloc float[12];
        for (int tap = 0; tap < 4; tap++)
        {
            var line = frame.Slice(Math.Clamp(row - 1 + tap, 0, height - 1) * width * 3, width * 3);
            for (int channel = 0; channel < 3; channel++) sums[3 * tap + channel] = Cubic(line[c0 + channel], line[c1 + channel], line[c2 + channel], line[c3 + channel], across);
        }

        for (int channel = 0; channel < 3; channel++)
        {
            pixel[channel] = (byte)Math.Clamp(Cubic(sums[channel], sums[3 + channel], sums[6 + channel], sums[9 + channel], down), 0, 255);
        }
    }

    /// <summary>The cubic of a = -1 through four values at -1, 0, 1, 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Cubic(float v0, float v1, float v2, float v3, float at) =>
        v1 + at * (v2 - v0 + at * (2 * (v0 - v1) + v2 - v3 + at * (v1 - v0 - v2 + v3)));
}
