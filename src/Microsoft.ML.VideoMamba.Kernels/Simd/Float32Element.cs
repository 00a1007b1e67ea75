using System.Runtime.CompilerServices;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>An element stored as float32.</summary>
internal readonly unsafe struct Float32Element(float value) : IElement<Float32Element>
{
    private readonly float _value = value;

    public static bool IsSingle => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(Float32Element* source, int count)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes>(TLanes value, Float32Element* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Store(value, (float*)destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes LoadSingle<TLanes>(float* source, int count)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSingle<TLanes>(TLanes value, float* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Store(value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToSingle(Float32Element element) => element._value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32Element FromSingle(float value) => new(value);
}
