using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Eight float32 lanes: AVX2.</summary>
internal readonly unsafe struct Lanes256(Vector256<float> value) : ILanes<Lanes256>
{
    private readonly Vector256<float> _value = value;

    public static int Count => Vector256<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 a, Lanes256 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 a, Lanes256 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 a, Lanes256 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator /(Lanes256 a, Lanes256 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256 value, float* destination) => value._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadBFloat16(ushort* source) => new((Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBFloat16(Lanes256 value, ushort* destination)
    {
        var bits = value._value.AsUInt32();
        var rounded = (bits + Vector256.Create(0x7fffu) + ((bits >>> 16) & Vector256.Create(1u))) >>> 16;
        var quiet = (bits >>> 16) | Vector256.Create(0x40u);
        var halves = Vector256.ConditionalSelect(Vector256.Equals(value._value, value._value).AsUInt32(), rounded, quiet);
        Vector128.Narrow(halves.GetLower(), halves.GetUpper()).Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Broadcast(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 a, Lanes256 b, Lanes256 c) => new(Vector256.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 MultiplyAdd(Lanes256 a, float* b, Lanes256 c) => new(Vector256.MultiplyAddEstimate(a._value, Vector256.Create(*b), c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Max(Lanes256 a, Lanes256 b) => new(Vector256.MaxNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Min(Lanes256 a, Lanes256 b) => new(Vector256.MinNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Abs(Lanes256 value) => new(Vector256.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 SelectNegative(Lanes256 x, Lanes256 negative, Lanes256 other) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(x._value, Vector256<float>.Zero), negative._value, other._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyAbove(Lanes256 a, Lanes256 b) => Vector256.GreaterThanAny(a._value, b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Sqrt(Lanes256 value) => new(Vector256.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Exp2(Lanes256 x) => PortableExp2(x, coarse: false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 CoarseExp2(Lanes256 x) => PortableExp2(x, coarse: true);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 CoarseReciprocal(Lanes256 x) => Avx.IsSupported ? new(Avx.Reciprocal(x._value)) : Broadcast(1) / x;

    /// <inheritdoc/>
    /// <remarks>AVX2 looks up the eighths of the exponent in one register, which leaves a polynomial of degree 3.</remarks>
    public static void StoreExp2Constants(float* destination)
    {
        if (Avx2.IsSupported) LaneMath.StoreExp2Table<Lanes256>(8, registers: 1, LaneMath.Exp2OfSixteenth, destination);
        else LaneMath.StoreEach<Lanes256>(LaneMath.Exp2Polynomial, destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes256 Scale, Lanes256 Excess) Exp2Parts(Lanes256 x, Lanes256 k0, Lanes256 k1, Lanes256 k2, Lanes256 k3, Lanes256 k4)
    {
        if (!Avx2.IsSupported) return PolynomialParts(x, k0, k1, k2, k3, k4);
        var eighths = x._value + k1._value;
        var rest = new Lanes256(x._value - (eighths - k1._value));
        var scale = Avx2.PermuteVar8x32(k0._value, eighths.AsInt32()).AsInt32() + (eighths.AsInt32() << (LaneMath.MantissaBits - 3));
        return (new Lanes256(scale.AsSingle()), rest * MultiplyAdd(rest, MultiplyAdd(rest, k4, k3), k2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFolded(Lanes256 a, Lanes256 b, Lanes256 c, Lanes256 d, float* sums)
    {
        Store(Load(sums) + FoldPair(a, b), sums);
        Store(Load(sums + 8) + FoldPair(c, d), sums + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SumFours(float* numbers, float* sums) => LaneMath.SumFours(numbers, sums, Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes256 value) => Vector256.Sum(value._value);

    /// <summary>The halves of each vector added up, side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256 FoldPair(Lanes256 a, Lanes256 b) => Avx.IsSupported
        ? new(Avx.Permute2x128(a._value, b._value, 0x20) + Avx.Permute2x128(a._value, b._value, 0x31))
        : new(Vector256.Create(a._value.GetLower() + a._value.GetUpper(), b._value.GetLower() + b._value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes256 Scale, Lanes256 Excess) PolynomialParts(Lanes256 x, Lanes256 k0, Lanes256 k1, Lanes256 k2, Lanes256 k3, Lanes256 k4)
    {
        var whole = x._value + Vector256.Create(LaneMath.RoundToWhole);
        var rest = new Lanes256(x._value - (whole - Vector256.Create(LaneMath.RoundToWhole)));
        var scale = (whole.AsInt32() << LaneMath.MantissaBits) + Vector256.Create(LaneMath.ExponentBias << LaneMath.MantissaBits);
        var last = MultiplyAdd(rest, Broadcast(LaneMath.Exp2PolynomialLast), k4);
        return (new Lanes256(scale.AsSingle()), rest * MultiplyAdd(rest, MultiplyAdd(rest, MultiplyAdd(rest, MultiplyAdd(rest, last, k3), k2), k1), k0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes256 PortableExp2(Lanes256 x, bool coarse)
    {
        // Clamped, so that the exponent's bits hold every whole part: 0 below the smallest normal number, infinity above the largest. NaN passes.
        x = Max(Broadcast(LaneMath.LowestExponent), Min(Broadcast(LaneMath.HighestExponent), x));
        var whole = Vector256.Floor(x._value);
        var scale = (Vector256.ConvertToInt32Native(whole) + Vector256.Create(LaneMath.ExponentBias)) << LaneMath.MantissaBits;
        return LaneMath.Exp2OfFraction(new Lanes256(x._value - whole), coarse) * new Lanes256(scale.AsSingle());
    }
}
