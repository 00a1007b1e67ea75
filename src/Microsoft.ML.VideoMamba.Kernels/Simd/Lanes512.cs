using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Sixteen float32 lanes: AVX-512.</summary>
internal readonly unsafe struct Lanes512(Vector512<float> value) : ILanes<Lanes512>
{
    private const byte RoundDown = 1;

    // Which quarters of two vectors a shuffle takes: two of the first, then two of the second.
    private const byte LowerHalves = 0b01_00_01_00;
    private const byte UpperHalves = 0b11_10_11_10;
    private const byte EvenQuarters = 0b10_00_10_00;
    private const byte OddQuarters = 0b11_01_11_01;

    private readonly Vector512<float> _value = value;

    public static int Count => Vector512<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 a, Lanes512 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator *(Lanes512 a, Lanes512 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator /(Lanes512 a, Lanes512 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes512 value, float* destination) => value._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadBFloat16(ushort* source) => new((Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBFloat16(Lanes512 value, ushort* destination)
    {
        var bits = value._value.AsUInt32();
        var rounded = (bits + Vector512.Create(0x7fffu) + ((bits >>> 16) & Vector512.Create(1u))) >>> 16;
        var quiet = (bits >>> 16) | Vector512.Create(0x40u);
        var halves = Vector512.ConditionalSelect(Vector512.Equals(value._value, value._value).AsUInt32(), rounded, quiet);
        (Avx512F.IsSupported ? Avx512F.ConvertToVector256UInt16(halves) : Vector256.Narrow(halves.GetLower(), halves.GetUpper())).Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) => new(Vector512.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 a, float* b, Lanes512 c) => new(Vector512.MultiplyAddEstimate(a._value, Vector512.Create(*b), c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Max(Lanes512 a, Lanes512 b) => new(Vector512.MaxNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Min(Lanes512 a, Lanes512 b) => new(Vector512.MinNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Abs(Lanes512 value) => new(Vector512.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 SelectNegative(Lanes512 x, Lanes512 negative, Lanes512 other) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(x._value, Vector512<float>.Zero), negative._value, other._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyAbove(Lanes512 a, Lanes512 b) => Vector512.GreaterThanAny(a._value, b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Sqrt(Lanes512 value) => new(Vector512.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Exp2(Lanes512 x) => Exp2(x, coarse: false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 CoarseExp2(Lanes512 x) => Exp2(x, coarse: true);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 CoarseReciprocal(Lanes512 x) => Avx512F.IsSupported ? new(Avx512F.Reciprocal14(x._value)) : Broadcast(1) / x;

    /// <inheritdoc/>
    /// <remarks>AVX-512 looks up the thirty-seconds of the exponent in two registers, which leaves a polynomial of degree 2.</remarks>
    public static void StoreExp2Constants(float* destination)
    {
        if (Avx512F.IsSupported) LaneMath.StoreExp2Table<Lanes512>(32, registers: 2, LaneMath.Exp2OfSixtyFourth, destination);
        else LaneMath.StoreEach<Lanes512>(LaneMath.Exp2Polynomial, destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes512 Scale, Lanes512 Excess) Exp2Parts(Lanes512 x, Lanes512 k0, Lanes512 k1, Lanes512 k2, Lanes512 k3, Lanes512 k4)
    {
        if (!Avx512F.IsSupported) return PolynomialParts(x, k0, k1, k2, k3, k4);
        var (scale, rest) = TableParts(x, k0, k1, k2);
        return (scale, rest * MultiplyAdd(rest, k4, k3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes512 Scale, Lanes512 Excess) CoarseExp2Parts(Lanes512 x, Lanes512 k0, Lanes512 k1, Lanes512 k2, Lanes512 k3, Lanes512 k4)
    {
        if (!Avx512F.IsSupported) return PolynomialParts(x, k0, k1, k2, k3, k4);
        var (scale, rest) = TableParts(x, k0, k1, k2);
        return (scale, rest * k3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFolded(Lanes512 a, Lanes512 b, Lanes512 c, Lanes512 d, float* sums)
    {
        var (ab, cd) = (FoldPair(a._value, b._value), FoldPair(c._value, d._value));
        (Vector512.Load(sums) + FoldQuarters(ab, cd)).Store(sums);
    }

    /// <inheritdoc/>
    /// <remarks>Four times four numbers are transposed and added in each quarter; what came out of the vectors' first quarters then lies first.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SumFours(float* numbers, float* sums)
    {
        if (!Avx512F.IsSupported)
        {
            LaneMath.SumFours(numbers, sums, Count);
            return;
        }

        Vector512<float> a = Vector512.Load(numbers), b = Vector512.Load(numbers + 16), c = Vector512.Load(numbers + 32), d = Vector512.Load(numbers + 48);
        Vector512<double> ab = (Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b)).AsDouble(), cd = (Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d)).AsDouble();
        var byQuarters = Avx512F.UnpackLow(ab, cd).AsSingle() + Avx512F.UnpackHigh(ab, cd).AsSingle();
        Avx512F.PermuteVar16x32(byQuarters, Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)).Store(sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes512 value) => Vector512.Sum(value._value);

    /// <summary>The halves of each vector added up, side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> FoldPair(Vector512<float> a, Vector512<float> b) => Avx512F.IsSupported
        ? Avx512F.Shuffle4x128(a, b, LowerHalves) + Avx512F.Shuffle4x128(a, b, UpperHalves)
        : Vector512.Create(a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper());

    /// <summary>The quarters of each half added up, side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> FoldQuarters(Vector512<float> ab, Vector512<float> cd)
    {
        if (Avx512F.IsSupported) return Avx512F.Shuffle4x128(ab, cd, EvenQuarters) + Avx512F.Shuffle4x128(ab, cd, OddQuarters);
        Vector256<float> a = ab.GetLower(), b = ab.GetUpper(), c = cd.GetLower(), d = cd.GetUpper();
        return Vector512.Create(
            Vector256.Create(a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper()), Vector256.Create(c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper()));
    }

    /// <summary>2^x for the thirty-seconds of x, and what is left of it.</summary>
    /// <remarks>AVX-512's own range reduction in the place of two subtractions was measured as a little faster in some processes and three times slower in others.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes512 Scale, Lanes512 Remainder) TableParts(Lanes512 x, Lanes512 k0, Lanes512 k1, Lanes512 k2)
    {
        var parts = x._value + k2._value;
        var scale = Avx512F.PermuteVar16x32x2(k0._value, parts.AsInt32(), k1._value).AsInt32() + (parts.AsInt32() << (LaneMath.MantissaBits - 5));
        return (new Lanes512(scale.AsSingle()), new Lanes512(x._value - (parts - k2._value)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes512 Scale, Lanes512 Excess) PolynomialParts(Lanes512 x, Lanes512 k0, Lanes512 k1, Lanes512 k2, Lanes512 k3, Lanes512 k4)
    {
        var whole = x._value + Vector512.Create(LaneMath.RoundToWhole);
        var rest = new Lanes512(x._value - (whole - Vector512.Create(LaneMath.RoundToWhole)));
        var scale = (whole.AsInt32() << LaneMath.MantissaBits) + Vector512.Create(LaneMath.ExponentBias << LaneMath.MantissaBits);
        var last = MultiplyAdd(rest, Broadcast(LaneMath.Exp2PolynomialLast), k4);
        return (new Lanes512(scale.AsSingle()), rest * MultiplyAdd(rest, MultiplyAdd(rest, MultiplyAdd(rest, MultiplyAdd(rest, last, k3), k2), k1), k0));
    }

    /// <remarks>AVX-512 has both halves of the range reduction as single instructions, which also saturate by themselves.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512 Exp2(Lanes512 x, bool coarse) => Avx512DQ.IsSupported
        ? new Lanes512(Avx512F.Scale(LaneMath.Exp2OfFraction(new Lanes512(Avx512DQ.Reduce(x._value, RoundDown)), coarse)._value, x._value))
        : PortableExp2(x, coarse);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512 PortableExp2(Lanes512 x, bool coarse)
    {
        // Clamped, so that the exponent's bits hold every whole part: 0 below the smallest normal number, infinity above the largest. NaN passes.
        x = Max(Broadcast(LaneMath.LowestExponent), Min(Broadcast(LaneMath.HighestExponent), x));
        var whole = Vector512.Floor(x._value);
        var scale = (Vector512.ConvertToInt32Native(whole) + Vector512.Create(LaneMath.ExponentBias)) << LaneMath.MantissaBits;
        return LaneMath.Exp2OfFraction(new Lanes512(x._value - whole), coarse) * new Lanes512(scale.AsSingle());
    }
}
