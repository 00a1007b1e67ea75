using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.VideoMamba.Video.Transforms;

/// <summary>From rows of RGB bytes to planes of normalised floats, sixteen pixels at a time: (level / 255 - mean) / deviation, with the same roundings as one by one.</summary>
internal static class NormalizedRows
{
    private const int Pixels = 16;

    /// <summary>Writes whole sixteens of pixels.</summary>
    /// <returns>How many pixels were written; the rest is the caller's.</returns>
    public static int Write(ReadOnlySpan<byte> pixels, Span<float> red, Span<float> green, Span<float> blue, ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation, VectorWidth width)
    {
        if (width == VectorWidth.None) return 0;
        int count = red.Length / Pixels * Pixels;
        ref byte row = ref MemoryMarshal.GetReference(pixels);
        ref float reds = ref MemoryMarshal.GetReference(red), greens = ref MemoryMarshal.GetReference(green), blues = ref MemoryMarshal.GetReference(blue);
        for (int x = 0; x < count; x += Pixels)
        {
            nuint at = (nuint)(3 * x);
            var (a, b, c) = (Vector128.LoadUnsafe(ref row, at), Vector128.LoadUnsafe(ref row, at + 16), Vector128.LoadUnsafe(ref row, at + 32));

            // Every third byte of the 48; an index of 255 gives 0.
            var r = Vector128.Shuffle(a, Vector128.Create((byte)0, 3, 6, 9, 12, 15, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))
                | Vector128.Shuffle(b, Vector128.Create((byte)255, 255, 255, 255, 255, 255, 2, 5, 8, 11, 14, 255, 255, 255, 255, 255))
                | Vector128.Shuffle(c, Vector128.Create((byte)255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 4, 7, 10, 13));
            var g = Vector128.Shuffle(a, Vector128.Create((byte)1, 4, 7, 10, 13, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))
                | Vector128.Shuffle(b, Vector128.Create((byte)255, 255, 255, 255, 255, 0, 3, 6, 9, 12, 15, 255, 255, 255, 255, 255))
                | Vector128.Shuffle(c, Vector128.Create((byte)255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2, 5, 8, 11, 14));
            var l = Vector128.Shuffle(a, Vector128.Create((byte)2, 5, 8, 11, 14, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))
                | Vector128.Shuffle(b, Vector128.Create((byte)255, 255, 255, 255, 255, 1, 4, 7, 10, 13, 255, 255, 255, 255, 255, 255))
                | Vector128.Shuffle(c, Vector128.Create((byte)255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 3, 6, 9, 12, 15));
            Write(r, ref Unsafe.Add(ref reds, x), mean[0], deviation[0], width);
            Write(g, ref Unsafe.Add(ref greens, x), mean[1], deviation[1], width);
            Write(l, ref Unsafe.Add(ref blues, x), mean[2], deviation[2], width);
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector128<byte> levels, ref float target, float mean, float deviation, VectorWidth width)
    {
        var wide = Vector256.WidenLower(levels.ToVector256Unsafe());
        if (width >= VectorWidth.Bits512)
        {
            var numbers = Vector512.ConvertToSingle(Vector512.WidenLower(wide.ToVector512Unsafe()).AsInt32());
            ((numbers / 255f - Vector512.Create(mean)) / deviation).StoreUnsafe(ref target);
        }
        else if (width >= VectorWidth.Bits256)
        {
            Write(Vector256.WidenLower(wide), ref target, mean, deviation);
            Write(Vector256.WidenUpper(wide), ref Unsafe.Add(ref target, 8), mean, deviation);
        }
        else
        {
            Write(Vector128.WidenLower(wide.GetLower()), ref target, mean, deviation);
            Write(Vector128.WidenUpper(wide.GetLower()), ref Unsafe.Add(ref target, 4), mean, deviation);
            Write(Vector128.WidenLower(wide.GetUpper()), ref Unsafe.Add(ref target, 8), mean, deviation);
            Write(Vector128.WidenUpper(wide.GetUpper()), ref Unsafe.Add(ref target, 12), mean, deviation);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector256<uint> levels, ref float target, float mean, float deviation) =>
        ((Vector256.ConvertToSingle(levels.AsInt32()) / 255f - Vector256.Create(mean)) / deviation).StoreUnsafe(ref target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector128<uint> levels, ref float target, float mean, float deviation) =>
        ((Vector128.ConvertToSingle(levels.AsInt32()) / 255f - Vector128.Create(mean)) / deviation).StoreUnsafe(ref target);
}
