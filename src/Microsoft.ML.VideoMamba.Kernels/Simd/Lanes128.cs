using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Four float32 lanes: SSE, NEON.</summary>
internal readonly unsafe struct Lanes128(Vector128<float> value) : ILanes<Lanes128>
{
    private readonly Vector128<float> _value = value;

    public static int Count => Vector128<float>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 a, Lanes128 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 a, Lanes128 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 a, Lanes128 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 a, Lanes128 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes128 value, float* destination) => value._value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadBFloat16(ushort* source) => new((Vector128.WidenLower(Vector64.Load(source).ToVector128Unsafe()) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBFloat16(Lanes128 value, ushort* destination)
    {
        var bits = value._value.AsUInt32();
        var rounded = (bits + Vector128.Create(0x7fffu) + ((bits >>> 16) & Vector128.Create(1u))) >>> 16;
        var quiet = (bits >>> 16) | Vector128.Create(0x40u);
        var halves = Vector128.ConditionalSelect(Vector128.Equals(value._value, value._value).AsUInt32(), rounded, quiet);
        Vector128.Narrow(halves, halves).GetLower().Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Broadcast(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 a, Lanes128 b, Lanes128 c) => new(Vector128.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 MultiplyAdd(Lanes128 a, float* b, Lanes128 c) => new(Vector128.MultiplyAddEstimate(a._value, Vector128.Create(*b), c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Max(Lanes128 a, Lanes128 b) => new(Vector128.MaxNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Min(Lanes128 a, Lanes128 b) => new(Vector128.MinNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Abs(Lanes128 value) => new(Vector128.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 SelectNegative(Lanes128 x, Lanes128 negative, Lanes128 other) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(x._value, Vector128<float>.Zero), negative._value, other._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyAbove(Lanes128 a, Lanes128 b) => Vector128.GreaterThanAny(a._value, b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Sqrt(Lanes128 value) => new(Vector128.Sqrt(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Exp2(Lanes128 x) => PortableExp2(x, coarse: false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 CoarseExp2(Lanes128 x) => PortableExp2(x, coarse: true);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 CoarseReciprocal(Lanes128 x) => Sse.IsSupported ? new(Sse.Reciprocal(x._value)) : Broadcast(1) / x;

    public static void StoreExp2Constants(float* destination) => LaneMath.StoreEach<Lanes128>(LaneMath.Exp2Polynomial, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Lanes128 Scale, Lanes128 Excess) Exp2Parts(Lanes128 x, Lanes128 k0, Lanes128 k1, Lanes128 k2, Lanes128 k3, Lanes128 k4) =>
        PolynomialParts(x, k0, k1, k2, k3, k4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddFolded(Lanes128 a, Lanes128 b, Lanes128 c, Lanes128 d, float* sums)
    {
        (Load(sums) + a)._value.Store(sums);
        (Load(sums + 4) + b)._value.Store(sums + 4);
        (Load(sums + 8) + c)._value.Store(sums + 8);
        (Load(sums + 12) + d)._value.Store(sums + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SumFours(float* numbers, float* sums) => LaneMath.SumFours(numbers, sums, Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes128 value) => Vector128.Sum(value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Lanes128 Scale, Lanes128 Excess) PolynomialParts(Lanes128 x, Lanes128 k0, Lanes128 k1, Lanes128 k2, Lanes128 k3, Lanes128 k4)
    {
        var whole = x._value + Vector128.Create(LaneMath.RoundToWhole);
        var rest = new Lanes128(x._value - (whole - Vector128.Create(LaneMath.RoundToWhole)));
        var scale = (whole.AsInt32() << LaneMath.MantissaBits) + Vector128.Create(LaneMath.ExponentBias << LaneMath.MantissaBits);
        var last = MultiplyAdd(rest, Broadcast(LaneMath.Exp2PolynomialLast), k4);
        return (new Lanes128(scale.AsSingle()), rest * MultiplyAdd(rest, MultiplyAdd(rest, MultiplyAdd(rest, MultiplyAdd(rest, last, k3), k2), k1), k0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes128 PortableExp2(Lanes128 x, bool coarse)
    {
        // Clamped, so that the exponent's bits hold every whole part: 0 below the smallest normal number, infinity above the largest. NaN passes.
        x = Max(Broadcast(LaneMath.LowestExponent), Min(Broadcast(LaneMath.HighestExponent), x));
        var whole = Vector128.Floor(x._value);
        var scale = (Vector128.ConvertToInt32Native(whole) + Vector128.Create(LaneMath.ExponentBias)) << LaneMath.MantissaBits;
        return LaneMath.Exp2OfFraction(new Lanes128(x._value - whole), coarse) * new Lanes128(scale.AsSingle());
    }
}
