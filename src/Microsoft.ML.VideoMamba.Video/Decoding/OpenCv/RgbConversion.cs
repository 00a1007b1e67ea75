using System.Runtime.Intrinsics;
using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;

/// <summary>From OpenCV's BGR matrix to rows of RGB in the caller's memory.</summary>
/// <remarks>
/// Not by OpenCV's own conversion: it shares each frame out to threads, all of which wake for it, and where other files are decoded on all cores they take these from
/// the decoders.
/// </remarks>
internal static unsafe class RgbConversion
{
    public static void Write(Mat bgr, Span<byte> rgb, int height, int width)
    {
        if (rgb.Length != (long)height * width * 3) throw new ArgumentException($"{rgb.Length} bytes were given for a frame of {height} x {width} x 3.", nameof(rgb));
        if (bgr.Type() != MatType.CV_8UC3 || bgr.Height != height || bgr.Width != width)
        {
            throw new InvalidOperationException($"The decoder gave {bgr.Width} x {bgr.Height} of {bgr.Type()} for a frame of {width} x {height}.");
        }

        int row = width * 3;
        for (int y = 0; y < height; y++) SwapRow(new ReadOnlySpan<byte>((void*)bgr.Ptr(y), row), rgb.Slice(y * row, row));
    }

    /// <summary>Swaps the outer bytes of each three.</summary>
    internal static void SwapRow(ReadOnlySpan<byte> bgr, Span<byte> rgb)
    {
        // Five pixels at a time; the sixteenth byte is written again with the pixel that it belongs to.
        var order = Vector128.Create((byte)2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9, 14, 13, 12, 15);
        int at = 0;
        for (; at + Vector128<byte>.Count <= bgr.Length; at += 15) Vector128.Shuffle(Vector128.Create(bgr[at..]), order).CopyTo(rgb[at..]);
        for (; at < bgr.Length; at += 3) (rgb[at], rgb[at + 1], rgb[at + 2]) = (bgr[at + 2], bgr[at + 1], bgr[at]);
    }
}
