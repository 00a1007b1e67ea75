using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.VideoMamba.Video.Transforms;

/// <summary>The two row operations of <see cref="BilinearResizer"/>, with vectors of any width.</summary>
internal static class BilinearRows
{
    /// <summary>Numbers that <see cref="Sum"/> may write behind the last one.</summary>
    public const int Overhang = 4;

    /// <summary>Along a row: each new pixel is the weighted sum of an old one and its right neighbour, channel by channel.</summary>
    /// <param name="pixels">The old row, RGB.</param>
    /// <param name="left">Where each new pixel's left one begins, in bytes.</param>
    /// <param name="weights">Each new pixel's two weights.</param>
    /// <param name="inner">How many of the new pixels have a right neighbour that is not the row's last pixel; they come first.</param>
    /// <param name="sums">Takes three numbers for each new pixel, and has <see cref="Overhang"/> more.</param>
    /// <param name="width">The vectors to use.</param>
    public static void Sum(ReadOnlySpan<byte> pixels, ReadOnlySpan<int> left, ReadOnlySpan<(int Left, int Right)> weights, int inner, Span<int> sums, VectorWidth width)
    {
        ref byte row = ref MemoryMarshal.GetReference(pixels);
        ref int target = ref MemoryMarshal.GetReference(sums);
        int x = 0;
        if (width >= VectorWidth.Bits512)
        {
            for (; x <= inner - 4; x += 4)
            {
                var (first, second) = (Four(ref row, left.Slice(x, 4), 0), Four(ref row, left.Slice(x, 4), 3));
                var (a, b, c, d) = (weights[x], weights[x + 1], weights[x + 2], weights[x + 3]);
                var sum = first * Spread(a.Left, b.Left, c.Left, d.Left) + second * Spread(a.Right, b.Right, c.Right, d.Right);
                Vector512.Shuffle(sum, Vector512.Create(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15)).StoreUnsafe(ref target, (nuint)(3 * x));
            }
        }

        if (width >= VectorWidth.Bits128)
        {
            for (; x < inner; x++) (One(ref row, left[x]) * weights[x].Left + One(ref row, left[x] + 3) * weights[x].Right).StoreUnsafe(ref target, (nuint)(3 * x));
        }

        for (; x < left.Length; x++)
        {
            int right = Math.Min(left[x] + 3, pixels.Length - 3);
            for (int c = 0; c < 3; c++) sums[3 * x + c] = weights[x].Left * pixels[left[x] + c] + weights[x].Right * pixels[right + c];
        }
    }

    /// <summary>Between two rows of sums: their weighted mean, rounded as OpenCV does.</summary>
    /// <param name="upper">The upper row.</param>
    /// <param name="lower">The lower row.</param>
    /// <param name="upperWeight">Its weight of 11 bits.</param>
    /// <param name="lowerWeight">The lower row's.</param>
    /// <param name="pixels">Takes the levels.</param>
    /// <param name="width">The vectors to use.</param>
    public static void Blend(ReadOnlySpan<int> upper, ReadOnlySpan<int> lower, int upperWeight, int lowerWeight, Span<byte> pixels, VectorWidth width)
    {
        ref int above = ref MemoryMarshal.GetReference(upper), below = ref MemoryMarshal.GetReference(lower);
        ref byte target = ref MemoryMarshal.GetReference(pixels);
        int x = 0;
        if (width >= VectorWidth.Bits512)
        {
            for (; x <= pixels.Length - Vector512<byte>.Count; x += Vector512<byte>.Count)
            {
                var first = Vector512.Narrow(Blend512(ref above, ref below, x, upperWeight, lowerWeight), Blend512(ref above, ref below, x + 16, upperWeight, lowerWeight));
                var second = Vector512.Narrow(Blend512(ref above, ref below, x + 32, upperWeight, lowerWeight), Blend512(ref above, ref below, x + 48, upperWeight, lowerWeight));
                Vector512.Narrow(first.AsUInt16(), second.AsUInt16()).StoreUnsafe(ref target, (nuint)x);
            }
        }

        if (width >= VectorWidth.Bits256)
        {
            for (; x <= pixels.Length - Vector256<byte>.Count; x += Vector256<byte>.Count)
            {
                var first = Vector256.Narrow(Blend256(ref above, ref below, x, upperWeight, lowerWeight), Blend256(ref above, ref below, x + 8, upperWeight, lowerWeight));
                var second = Vector256.Narrow(Blend256(ref above, ref below, x + 16, upperWeight, lowerWeight), Blend256(ref above, ref below, x + 24, upperWeight, lowerWeight));
                Vector256.Narrow(first.AsUInt16(), second.AsUInt16()).StoreUnsafe(ref target, (nuint)x);
            }
        }

        if (width >= VectorWidth.Bits128)
        {
            for (; x <= pixels.Length - Vector128<byte>.Count; x += Vector128<byte>.Count)
            {
                var first = Vector128.Narrow(Blend128(ref above, ref below, x, upperWeight, lowerWeight), Blend128(ref above, ref below, x + 4, upperWeight, lowerWeight));
                var second = Vector128.Narrow(Blend128(ref above, ref below, x + 8, upperWeight, lowerWeight), Blend128(ref above, ref below, x + 12, upperWeight, lowerWeight));
                Vector128.Narrow(first.AsUInt16(), second.AsUInt16()).StoreUnsafe(ref target, (nuint)x);
            }
        }

        for (; x < pixels.Length; x++)
        {
            pixels[x] = (byte)((((upperWeight * (upper[x] >> 4)) >> 16) + ((lowerWeight * (lower[x] >> 4)) >> 16) + 2) >> 2);
        }
    }

    /// <summary>A pixel and the byte behind it as numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> One(ref byte row, int at)
    {
        uint bytes = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref row, at));
        return Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(bytes).AsByte())).AsInt32();
    }

    /// <summary>Four pixels from four places, each with the byte behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Four(ref byte row, ReadOnlySpan<int> at, int offset)
    {
        var bytes = Vector128.Create(
            Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref row, at[0] + offset)), Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref row, at[1] + offset)),
            Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref row, at[2] + offset)), Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref row, at[3] + offset))).AsByte();
        return Vector512.WidenLower(Vector256.WidenLower(bytes.ToVector256Unsafe()).ToVector512Unsafe()).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Spread(int a, int b, int c, int d) =>
        Vector512.Create(Vector256.Create(Vector128.Create(a), Vector128.Create(b)), Vector256.Create(Vector128.Create(c), Vector128.Create(d)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Blend512(ref int above, ref int below, int x, int upperWeight, int lowerWeight)
    {
        var a = ((Vector512.LoadUnsafe(ref above, (nuint)x) >> 4) * upperWeight) >> 16;
        var b = ((Vector512.LoadUnsafe(ref below, (nuint)x) >> 4) * lowerWeight) >> 16;
        return (a + b + Vector512.Create(2)) >> 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Blend256(ref int above, ref int below, int x, int upperWeight, int lowerWeight)
    {
        var a = ((Vector256.LoadUnsafe(ref above, (nuint)x) >> 4) * upperWeight) >> 16;
        var b = ((Vector256.LoadUnsafe(ref below, (nuint)x) >> 4) * lowerWeight) >> 16;
        return (a + b + Vector256.Create(2)) >> 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Blend128(ref int above, ref int below, int x, int upperWeight, int lowerWeight)
    {
        var a = ((Vector128.LoadUnsafe(ref above, (nuint)x) >> 4) * upperWeight) >> 16;
        var b = ((Vector128.LoadUnsafe(ref below, (nuint)x) >> 4) * lowerWeight) >> 16;
        return (a + b + Vector128.Create(2)) >> 2;
    }
}
