using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>
/// An affine change of place: the middle of a new pixel, (x + 0.5, y + 0.5), takes its colour from (Xx x + Xy y + X0, Yx x + Yy y + Y0) of the old frame, or
/// the filling where that lies outside. Frames are (H, W, 3) bytes.
/// </summary>
/// <remarks>PIL's Image.transform with AFFINE: taps are clamped at the edges, results truncated.</remarks>
internal readonly record struct AffineOperation(double Xx, double Xy, double X0, double Yx, double Yy, double Y0)
{
    private const int Taps = 4;

    // Rounding must not bring a sum of levels below the level that it is: truncation would darken even what stays in place.
    private const float RoundingSlack = 1f / 1024;

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
                if (x >= 0 && x < width && y >= 0 && y < height) Sample(frame, width, height, x - 0.5, y - 0.5, bicubic, pixel);
                else fill.CopyTo(pixel);
            }
        }
    }

    /// <summary>The colour at a place between pixels, from four taps along each axis.</summary>
    private static void Sample(ReadOnlySpan<byte> frame, int width, int height, double x, double y, bool bicubic, Span<byte> pixel)
    {
        int column = (int)Math.Floor(x), row = (int)Math.Floor(y);
        var across = Weights((float)(x - column), bicubic);
        var down = Weights((float)(y - row), bicubic);
        // Sixteen bytes from the first tap on hold all four.
        bool inside = column >= 1 && (column - 1) * 3 + Vector128<byte>.Count <= width * 3;
        var sum = Vector128.Create(RoundingSlack);
        for (int tap = 0; tap < Taps; tap++)
        {
            float weight = down[tap];
            if (weight == 0) continue;
            var line = frame.Slice(Math.Clamp(row - 1 + tap, 0, height - 1) * width * 3, width * 3);
            sum += weight * (inside ? SumInside(line, column, across) : SumClamped(line, column, across));
        }

        var level = Vector128.ConvertToInt32(Vector128.Clamp(sum, Vector128<float>.Zero, Vector128.Create(255f)));
        (pixel[0], pixel[1], pixel[2]) = ((byte)level[0], (byte)level[1], (byte)level[2]);
    }

    private static Vector128<float> SumInside(ReadOnlySpan<byte> line, int column, Vector128<float> weights)
    {
        var bytes = Vector128.LoadUnsafe(ref Unsafe.Add(ref MemoryMarshal.GetReference(line), (column - 1) * 3));
        return weights[0] * Pixel(bytes, Vector128.Create((byte)0, 16, 16, 16, 1, 16, 16, 16, 2, 16, 16, 16, 16, 16, 16, 16))
            + weights[1] * Pixel(bytes, Vector128.Create((byte)3, 16, 16, 16, 4, 16, 16, 16, 5, 16, 16, 16, 16, 16, 16, 16))
            + weights[2] * Pixel(bytes, Vector128.Create((byte)6, 16, 16, 16, 7, 16, 16, 16, 8, 16, 16, 16, 16, 16, 16, 16))
            + weights[3] * Pixel(bytes, Vector128.Create((byte)9, 16, 16, 16, 10, 16, 16, 16, 11, 16, 16, 16, 16, 16, 16, 16));
    }

    /// <summary>Red, green and blue as floats; an index of 16 stands for a byte 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Pixel(Vector128<byte> bytes, Vector128<byte> places) => Vector128.ConvertToSingle(Vector128.Shuffle(bytes, places).AsInt32());

    private static Vector128<float> SumClamped(ReadOnlySpan<byte> line, int column, Vector128<float> weights)
    {
        var sum = Vector128<float>.Zero;
        for (int tap = 0; tap < Taps; tap++)
        {
            int at = 3 * Math.Clamp(column - 1 + tap, 0, line.Length / 3 - 1);
            sum += weights[tap] * Vector128.Create(line[at], line[at + 1], line[at + 2], 0f);
        }

        return sum;
    }

    /// <summary>Weights of the values at -1, 0, 1 and 2 for a place in [0, 1): linear, or the cubic of a = -1.</summary>
    private static Vector128<float> Weights(float at, bool bicubic)
    {
        if (!bicubic) return Vector128.Create(0, 1 - at, at, 0);
        float square = at * at, cube = square * at;
        return Vector128.Create(2 * square - at - cube, 1 - 2 * square + cube, at + square - cube, cube - square);
    }
}
