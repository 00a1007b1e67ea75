using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>
/// Operations that move a frame away from, or towards, a plainer version of itself: plain + factor (frame - plain), truncated. Frames are (H, W, 3) bytes.
/// </summary>
/// <remarks>PIL's ImageEnhance.</remarks>
internal static class BlendOperation
{
    private const int Lanes = 8;

    /// <summary>Saturation: the plainer version is grey.</summary>
    public static void Color(ReadOnlySpan<byte> frame, Span<byte> changed, float factor)
    {
        for (int i = 0; i < frame.Length; i += 3)
        {
            int grey = Grey(frame, i);
            var pixel = Blend(Vector128.Create((float)grey), Vector128.Create(frame[i], frame[i + 1], frame[i + 2], 0f), factor);
            (changed[i], changed[i + 1], changed[i + 2]) = ((byte)pixel[0], (byte)pixel[1], (byte)pixel[2]);
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
            int at = y * stride + 3, end = (y + 1) * stride - 3;
            for (; at <= end - Lanes; at += Lanes) Sharpen(frame, changed, stride, at, factor);
            for (; at < end; at++) changed[at] = Sharpened(frame, stride, at, factor);
        }
    }

    /// <summary>Eight levels side by side, of whichever channels.</summary>
    private static void Sharpen(ReadOnlySpan<byte> frame, Span<byte> changed, int stride, int at, float factor)
    {
        var center = Load(frame, at);
        var sum = center * 4;
        for (int row = at - stride; row <= at + stride; row += stride) sum += Load(frame, row - 3) + Load(frame, row) + Load(frame, row + 3);
        var low = Smoothed(Vector128.WidenLower(sum), Vector128.WidenLower(center), factor);
        var high = Smoothed(Vector128.WidenUpper(sum), Vector128.WidenUpper(center), factor);
        var levels = Vector128.Narrow(low.AsUInt32(), high.AsUInt32());
        Unsafe.WriteUnaligned(ref changed[at], Vector128.Narrow(levels, levels).AsUInt64()[0]);
    }

    private static Vector128<int> Smoothed(Vector128<uint> sum, Vector128<uint> center, float factor)
    {
        var plain = Vector128.ConvertToInt32(Vector128.ConvertToSingle(sum.AsInt32()) / 13 + Vector128.Create(0.5f));
        return Blend(Vector128.ConvertToSingle(plain), Vector128.ConvertToSingle(center.AsInt32()), factor);
    }

    private static byte Sharpened(ReadOnlySpan<byte> frame, int stride, int at, float factor)
    {
        int sum = 4 * frame[at];
        for (int row = at - stride; row <= at + stride; row += stride) sum += frame[row - 3] + frame[row] + frame[row + 3];
        return Blend((int)(sum / 13f + 0.5f), frame[at], factor);
    }

    private static Vector128<ushort> Load(ReadOnlySpan<byte> frame, int at) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(MemoryMarshal.Read<ulong>(frame.Slice(at, Lanes))).AsByte());

    private static void BlendWithLevel(int plain, ReadOnlySpan<byte> frame, Span<byte> changed, float factor)
    {
        Span<byte> table = stackalloc byte[256];
        for (int level = 0; level < table.Length; level++) table[level] = Blend(plain, level, factor);
        for (int i = 0; i < frame.Length; i++) changed[i] = table[frame[i]];
    }

    /// <summary>ITU-R 601-2 luma in 16-bit fixed point.</summary>
    private static int Grey(ReadOnlySpan<byte> frame, int at) => (19595 * frame[at] + 38470 * frame[at + 1] + 7471 * frame[at + 2] + 32768) >> 16;

    private static byte Blend(int plain, int level, float factor) => (byte)Math.Clamp(plain + factor * (level - plain), 0, 255);

    private static Vector128<int> Blend(Vector128<float> plain, Vector128<float> level, float factor) =>
        Vector128.ConvertToInt32(Vector128.Clamp(plain + factor * (level - plain), Vector128<float>.Zero, Vector128.Create(255f)));
}
