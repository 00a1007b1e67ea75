namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>
/// Operations that move a frame away from, or towards, a plainer version of itself: plain + factor (frame - plain), truncated. Frames are (H, W, 3) bytes.
/// </summary>
/// <remarks>PIL's ImageEnhance.</remarks>
internal static class BlendOperation
{
    /// <summary>Saturation: the plainer version is grey.</summary>
    public static void Color(ReadOnlySpan<byte> frame, Span<byte> changed, float factor)
    {
        for (int i = 0; i < frame.Length; i += 3)
        {
            int grey = Grey(frame, i);
            for (int channel = 0; channel < 3; channel++) changed[i + channel] = Blend(grey, frame[i + channel], factor);
        }
    }

    /// <summary>Contrast: the plainer version has the frame's mean grey everywhere.</summary>
    public static void Contrast(ReadOnlySpan<byte> frame, Span<byte> changed, float factor)
    {
        long sum = 0;
        for (int i = 0; i < frame.Length; i += 3) sum += Grey(frame, i);
        BlendWithLevel((int)(sum / (frame.Length / 3.0) + 0.5), frame, changed, factor);
    }

    /// <summary>Brightness: the plainer version is black.</summary>
    public static void Brightness(ReadOnlySpan<byte> frame, Span<byte> changed, float factor) => BlendWithLevel(0, frame, changed, factor);

    /// <summary>Sharpness: the plainer version is smoothed by [1 1 1; 1 5 1; 1 1 1] / 13, but for the outermost pixels.</summary>
    public static void Sharpness(ReadOnlySpan<byte> frame, Span<byte> changed, int width, float factor)
    {
        int stride = width * 3, height = frame.Length / stride;
        frame.CopyTo(changed);
        for (int y = 1; y < height - 1; y++)
        {
            for (int at = y * stride + 3, end = (y + 1) * stride - 3; at < end; at++)
            {
                int sum = 4 * frame[at];
                for (int row = at - stride; row <= at + stride; row += stride) sum += frame[row - 3] + frame[row] + frame[row + 3];
                changed[at] = Blend((int)(sum / 13f + 0.5f), frame[at], factor);
            }
        }
    }

    private static void BlendWithLevel(int plain, ReadOnlySpan<byte> frame, Span<byte> changed, float factor)
    {
        Span<byte> table = stackalloc byte[256];
        for (int level = 0; level < table.Length; level++) table[level] = Blend(plain, level, factor);
        for (int i = 0; i < frame.Length; i++) changed[i] = table[frame[i]];
    }

    /// <summary>ITU-R 601-2 luma in 16-bit fixed point.</summary>
    private static int Grey(ReadOnlySpan<byte> frame, int at) => (19595 * frame[at] + 38470 * frame[at + 1] + 7471 * frame[at + 2] + 32768) >> 16;

    private static byte Blend(int plain, int level, float factor) => (byte)Math.Clamp(plain + factor * (level - plain), 0, 255);
}
