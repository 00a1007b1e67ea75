using System.Buffers;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>PIL's Gaussian blur: three box blurs along the rows and three along the columns, each of a width that is no whole number and rounded to bytes. Frames are (H, W, 3) bytes.</summary>
/// <remarks>Gwosdek et al., Theoretical Foundations of Gaussian Convolution by Extended Box Filtering, 2011.</remarks>
internal static class BlurOperation
{
    private const int Passes = 3, FractionBits = 24;

    /// <summary>Blurs a frame.</summary>
    /// <param name="frame">(H, W, 3) bytes.</param>
    /// <param name="changed">As large.</param>
    /// <param name="width">Of the frame.</param>
    /// <param name="deviation">Of the Gaussian, in pixels, above 0.</param>
    public static void Gaussian(ReadOnlySpan<byte> frame, Span<byte> changed, int width, double deviation)
    {
        int rowBytes = width * 3, height = frame.Length / rowBytes;
        var box = new Box(BoxRadius(deviation));
        byte[] lines = ArrayPool<byte>.Shared.Rent(2 * Math.Max(width, height));
        frame.CopyTo(changed);
        for (int y = 0; y < height; y++)
        {
            for (int channel = 0; channel < 3; channel++) BlurLine(changed, y * rowBytes + channel, stride: 3, width, box, lines);
        }

        for (int x = 0; x < rowBytes; x++) BlurLine(changed, x, rowBytes, height, box, lines);
        ArrayPool<byte>.Shared.Return(lines);
    }

    /// <summary>The radius whose box, applied three times, has the Gaussian's variance.</summary>
    internal static double BoxRadius(double deviation)
    {
        double variance = deviation * deviation / Passes, whole = Math.Floor((Math.Sqrt(12 * variance + 1) - 1) / 2);
        return whole + (2 * whole + 1) * (whole * (whole + 1) - 3 * variance) / (6 * (variance - (whole + 1) * (whole + 1)));
    }

    private static void BlurLine(Span<byte> bytes, int start, int stride, int length, Box box, byte[] lines)
    {
        Span<byte> line = lines.AsSpan(0, length), blurred = lines.AsSpan(length, length);
        for (int i = 0; i < length; i++) line[i] = bytes[start + i * stride];
        for (int pass = 0; pass < Passes; pass++)
        {
            box.Blur(line, blurred);
            var swapped = line;
            line = blurred;
            blurred = swapped;
        }

        for (int i = 0; i < length; i++) bytes[start + i * stride] = line[i];
    }

    /// <summary>A mean over so many pixels each way, those at the ends of the box by a part; pixels at the edge are repeated. Fixed point, as PIL's.</summary>
    private readonly struct Box
    {
        private readonly int _radius;
        private readonly uint _inner, _outer;

        public Box(double radius)
        {
            _radius = (int)radius;
            _inner = (uint)((1 << FractionBits) / (radius * 2 + 1));
            _outer = ((1u << FractionBits) - (uint)(2 * _radius + 1) * _inner) / 2;
        }

        public void Blur(ReadOnlySpan<byte> line, Span<byte> blurred)
        {
            int last = line.Length - 1;
            for (int x = 0; x < line.Length; x++)
            {
                uint sum = 0;
                for (int at = x - _radius; at <= x + _radius; at++) sum += line[Math.Clamp(at, 0, last)];
                uint ends = (uint)line[Math.Max(0, x - _radius - 1)] + line[Math.Min(last, x + _radius + 1)];
                blurred[x] = (byte)((sum * _inner + ends * _outer + (1u << (FractionBits - 1))) >> FractionBits);
            }
        }
    }
}
