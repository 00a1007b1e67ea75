using System.Runtime.CompilerServices;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>An element stored as bfloat16: widened on load, narrowed to nearest even on store.</summary>
internal readonly unsafe struct BFloat16Element : IElement<BFloat16Element>
{
    private readonly ushort _bits;

    public BFloat16Element(ushort bits) => _bits = bits;

    public ushort Bits => _bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(BFloat16Element* source)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.LoadBFloat16((ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes>(TLanes value, BFloat16Element* destination)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.StoreBFloat16(value, (ushort*)destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToSingle(BFloat16Element element) => BitConverter.UInt32BitsToSingle((uint)element._bits << 16);
}
