using System.Runtime.CompilerServices;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>An element stored as bfloat16: widened on load, narrowed to nearest even on store.</summary>
internal readonly unsafe struct BFloat16Element(ushort bits) : IElement<BFloat16Element>
{
    private readonly ushort _bits = bits;

    public static bool IsSingle => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(BFloat16Element* source, int count)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.LoadBFloat16((ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes>(TLanes value, BFloat16Element* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.StoreBFloat16(value, (ushort*)destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes LoadSingle<TLanes>(float* source, int count)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSingle<TLanes>(TLanes value, float* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Store(value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToSingle(BFloat16Element element) => BitConverter.UInt32BitsToSingle((uint)element._bits << 16);

    public static BFloat16Element FromSingle(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return new BFloat16Element((ushort)(float.IsNaN(value) ? (bits >> 16) | 0x40 : (bits + 0x7fff + ((bits >> 16) & 1)) >> 16));
    }
}
