using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Sixteen float32 lanes: AVX-512.</summary>
internal readonly unsafe struct Lanes512(Vector512<float> value) : ILanes<Lanes512>
{
    private const byte RoundDown = 1;

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
        Vector256.Narrow(halves.GetLower(), halves.GetUpper()).Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 MultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) => new(Vector512.MultiplyAddEstimate(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Max(Lanes512 a, Lanes512 b) => new(Vector512.MaxNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Min(Lanes512 a, Lanes512 b) => new(Vector512.MinNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Abs(Lanes512 value) => new(Vector512.Abs(value._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Sqrt(Lanes512 value) => new(Vector512.Sqrt(value._value));

    /// <inheritdoc/>
    /// <remarks>AVX-512 has both halves of the range reduction as single instructions, which also saturate by themselves.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Exp2(Lanes512 x) => Avx512DQ.IsSupported
        ? new Lanes512(Avx512F.Scale(LaneMath.Exp2OfFraction(new Lanes512(Avx512DQ.Reduce(x._value, RoundDown)))._value, x._value))
        : PortableExp2(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes512 value) => Vector512.Sum(value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes512 PortableExp2(Lanes512 x)
    {
        // Clamped, so that the exponent's bits hold every whole part: 0 below the smallest normal number, infinity above the largest. NaN passes.
        x = Max(Broadcast(LaneMath.LowestExponent), Min(Broadcast(LaneMath.HighestExponent), x));
        var whole = Vector512.Floor(x._value);
        var scale = (Vector512.ConvertToInt32Native(whole) + Vector512.Create(LaneMath.ExponentBias)) << LaneMath.MantissaBits;
        return LaneMath.Exp2OfFraction(new Lanes512(x._value - whole)) * new Lanes512(scale.AsSingle());
    }
}
