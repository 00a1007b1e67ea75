using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>The functions of the scan to float32 accuracy: exponential by range reduction and polynomial, and what follows from it.</summary>
internal static unsafe class LaneMath
{
    public const float Log2E = 1.44269504f;
    public const float Ln2 = 0.693147181f;
    public const int ExponentBias = 127;
    public const int MantissaBits = 23;

    /// <summary>At and below this power of two the result is 0.</summary>
    public const float LowestExponent = -127;

    /// <summary>At and above this power of two the result is infinity.</summary>
    public const float HighestExponent = 128;

    /// <summary>Up to this power of two, and down to its negative, numbers are normal.</summary>
    public const float LargestExponent = 126;

    /// <summary>What <see cref="ILanes{TSelf}.AddFolded"/> leaves of a vector's lanes.</summary>
    public const int FoldedLanes = 4;

    /// <summary>Added to a number of at most 2^22, it leaves the nearest whole number in the lowest bits.</summary>
    public const float RoundToWhole = 12582912;

    /// <summary>The last coefficient of <see cref="Exp2Polynomial"/>.</summary>
    public const float Exp2PolynomialLast = 1.53533616e-4f;

    /// <summary>
    /// (2^x - 1) / x for |x| up to 1/2: minimax polynomial for a relative error of 2^x of 2e-9 before rounding, lowest degree first, without
    /// <see cref="Exp2PolynomialLast"/>.
    /// </summary>
    public static ReadOnlySpan<float> Exp2Polynomial => [6.931472029e-1f, 2.402264791e-1f, 5.550332464e-2f, 9.618437364e-3f, 1.339887692e-3f];

    /// <summary>The same for |x| up to 1/16: 3e-8.</summary>
    public static ReadOnlySpan<float> Exp2OfSixteenth => [6.931472143e-1f, 2.402576355e-1f, 5.549622415e-2f];

    /// <summary>The same for |x| up to 1/64: 5e-8.</summary>
    public static ReadOnlySpan<float> Exp2OfSixtyFourth => [6.931573331e-1f, 2.402265331e-1f];

    /// <summary>Writes each value to all lanes of a vector of its own.</summary>
    public static void StoreEach<TLanes>(ReadOnlySpan<float> values, float* destination)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int i = 0; i < values.Length; i++) TLanes.Store(TLanes.Broadcast(values[i]), destination + i * TLanes.Count);
    }

    /// <summary>
    /// Writes the constants of a 2^x by table: the powers of the fractions i / steps, less i shifted to where the whole steps are added to the exponent; the
    /// number that rounds to whole steps; the polynomial of the rest.
    /// </summary>
    public static void StoreExp2Table<TLanes>(int steps, int registers, ReadOnlySpan<float> polynomial, float* destination)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int i = 0; i < steps; i++)
        {
            int bits = BitConverter.SingleToInt32Bits((float)Math.Pow(2, (double)i / steps));
            destination[i] = BitConverter.Int32BitsToSingle(bits - (i << MantissaBits) / steps);
        }

        StoreEach<TLanes>([RoundToWhole / steps, .. polynomial], destination + registers * TLanes.Count);
    }

    /// <summary>Adds up four neighbours each and writes <paramref name="count"/> sums, a multiple of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SumFours(float* numbers, float* sums, int count)
    {
        for (int i = 0; i < count; i += 4, numbers += 16)
        {
            var (ab, cd) = (AddPairs(Vector128.Load(numbers), Vector128.Load(numbers + 4)), AddPairs(Vector128.Load(numbers + 8), Vector128.Load(numbers + 12)));
            AddPairs(ab, cd).Store(sums + i);
        }
    }

    /// <summary>Transposes four times four numbers.</summary>
    /// <param name="source">The first row.</param>
    /// <param name="sourceStride">From a row to the next.</param>
    /// <param name="destination">The first row of the transpose.</param>
    /// <param name="stride">From a row of the transpose to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(float* source, long sourceStride, float* destination, long stride)
    {
        Vector128<float> a = Vector128.Load(source), b = Vector128.Load(source + sourceStride);
        Vector128<float> c = Vector128.Load(source + 2 * sourceStride), d = Vector128.Load(source + 3 * sourceStride);
        Vector128<double> ab = ZipLower(a, b).AsDouble(), cd = ZipLower(c, d).AsDouble(), abUpper = ZipUpper(a, b).AsDouble(), cdUpper = ZipUpper(c, d).AsDouble();
        ZipLower(ab, cd).AsSingle().Store(destination);
        ZipUpper(ab, cd).AsSingle().Store(destination + stride);
        ZipLower(abUpper, cdUpper).AsSingle().Store(destination + 2 * stride);
        ZipUpper(abUpper, cdUpper).AsSingle().Store(destination + 3 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLower(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported) return Sse.UnpackLow(a, b);
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.ZipLow(a, b);
        return Vector128.Create(a[0], b[0], a[1], b[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipUpper(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported) return Sse.UnpackHigh(a, b);
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.ZipHigh(a, b);
        return Vector128.Create(a[2], b[2], a[3], b[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> ZipLower(Vector128<double> a, Vector128<double> b)
    {
        if (Sse2.IsSupported) return Sse2.UnpackLow(a, b);
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.ZipLow(a, b);
        return Vector128.Create(a[0], b[0]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> ZipUpper(Vector128<double> a, Vector128<double> b)
    {
        if (Sse2.IsSupported) return Sse2.UnpackHigh(a, b);
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.ZipHigh(a, b);
        return Vector128.Create(a[1], b[1]);
    }

    /// <summary>The sums of neighbours: of the first vector, then of the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> AddPairs(Vector128<float> a, Vector128<float> b)
    {
        if (Sse3.IsSupported) return Sse3.HorizontalAdd(a, b);
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.AddPairwise(a, b);
        return Vector128.Create(a[0] + a[1], a[2] + a[3], b[0] + b[1], b[2] + b[3]);
    }

    /// <summary>2^x for x in [0, 1): minimax polynomial, exactly 1 at 0, of degree 6 with a relative error of 2e-9 before rounding, or coarse, of degree 3 with 9e-5.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Exp2OfFraction<TLanes>(TLanes x, bool coarse)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (coarse)
        {
            var short3 = TLanes.MultiplyAdd(x, TLanes.Broadcast(7.706704200e-2f), TLanes.Broadcast(2.276449912e-1f));
            return TLanes.MultiplyAdd(x, TLanes.MultiplyAdd(x, short3, TLanes.Broadcast(6.951167864e-1f)), TLanes.Broadcast(1));
        }

        var p = TLanes.MultiplyAdd(x, TLanes.Broadcast(2.161294864e-4f), TLanes.Broadcast(1.246783793e-3f));
        p = TLanes.MultiplyAdd(x, p, TLanes.Broadcast(9.675452406e-3f));
        p = TLanes.MultiplyAdd(x, p, TLanes.Broadcast(5.548528019e-2f));
        p = TLanes.MultiplyAdd(x, p, TLanes.Broadcast(2.402293057e-1f));
        p = TLanes.MultiplyAdd(x, p, TLanes.Broadcast(6.931470444e-1f));
        return TLanes.MultiplyAdd(x, p, TLanes.Broadcast(1));
    }

    /// <summary>log(1 + w) for w in [0, 1], with a relative error of 2e-7 also where w is tiny.</summary>
    /// <remarks>2 artanh(s) with s = w / (2 + w) of at most 1/3, whose odd series ends early.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Log1P<TLanes>(TLanes w)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        return Log1POfQuotient(w / (TLanes.Broadcast(2) + w));
    }

    /// <summary>log(1 + w) from s = w / (2 + w).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Log1POfQuotient<TLanes>(TLanes s)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var square = s * s;
        var p = TLanes.MultiplyAdd(square, TLanes.Broadcast(2.802445858e-1f), TLanes.Broadcast(2.799914115e-1f));
        p = TLanes.MultiplyAdd(square, p, TLanes.Broadcast(4.002169906e-1f));
        p = TLanes.MultiplyAdd(square, p, TLanes.Broadcast(6.666641313e-1f));
        return s * TLanes.MultiplyAdd(square, p, TLanes.Broadcast(2));
    }

    /// <summary>The same as a polynomial without a division, with a relative error of 6e-5.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes CoarseLog1P<TLanes>(TLanes w)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var p = TLanes.MultiplyAdd(w, TLanes.Broadcast(4.134730237e-2f), TLanes.Broadcast(-1.574272070e-1f));
        p = TLanes.MultiplyAdd(w, p, TLanes.Broadcast(3.063009293e-1f));
        p = TLanes.MultiplyAdd(w, p, TLanes.Broadcast(-4.969778053e-1f));
        return w * TLanes.MultiplyAdd(w, p, TLanes.Broadcast(9.999432779e-1f));
    }

    /// <summary>Softplus as good as the elements around it: to float32 accuracy, or with a relative error of 2e-4 beside a bfloat16's 2e-3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Softplus<TLanes, TElement>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement> => TElement.IsSingle
            ? Softplus(x)
            : TLanes.Max(TLanes.Broadcast(0), x) + CoarseLog1P(TLanes.CoarseExp2(TLanes.Abs(x) * TLanes.Broadcast(-Log2E)));

    /// <summary>log(1 + exp(x)) without overflow; from x = 17 up it is x in float32, so that torch's threshold of 20 needs no branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Softplus<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var small = TLanes.Exp2(TLanes.Abs(x) * TLanes.Broadcast(-Log2E));
        return TLanes.Max(TLanes.Broadcast(0), x) + Log1P(small);
    }

    /// <summary>Softplus and its derivative out of one exponential and one division: that of the product of both denominators.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TLanes Value, TLanes Slope) SoftplusAndSlope<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var (zero, one) = (TLanes.Broadcast(0), TLanes.Broadcast(1));
        var small = TLanes.Exp2(TLanes.Abs(x) * TLanes.Broadcast(-Log2E));
        var (first, second) = (one + small, one + one + small);
        var inverse = one / (first * second);
        var slope = inverse * second;
        return (TLanes.Max(zero, x) + Log1POfQuotient(small * first * inverse), TLanes.SelectNegative(x, small * slope, slope));
    }

    /// <summary>1 / (1 + exp(-x)): the derivative of softplus.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Sigmoid<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var one = TLanes.Broadcast(1);
        return one / (one + TLanes.Exp2(x * TLanes.Broadcast(-Log2E)));
    }

    /// <summary>x sigmoid(x) as good as the elements around it: to float32 accuracy, or with a relative error of 5e-4 beside a bfloat16's 2e-3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Silu<TLanes, TElement>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement> => TElement.IsSingle
            ? Silu(x)
            : x * TLanes.CoarseReciprocal(TLanes.Broadcast(1) + TLanes.CoarseExp2(x * TLanes.Broadcast(-Log2E)));

    /// <summary>x sigmoid(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Silu<TLanes>(TLanes x)
        where TLanes : unmanaged, ILanes<TLanes> => x / (TLanes.Broadcast(1) + TLanes.Exp2(x * TLanes.Broadcast(-Log2E)));

    /// <summary>The derivative of SiLU from its argument and that argument's sigmoid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes SiluDerivative<TLanes>(TLanes x, TLanes sigmoid)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var one = TLanes.Broadcast(1);
        return sigmoid * TLanes.MultiplyAdd(x, one - sigmoid, one);
    }
}
