using System.Runtime.CompilerServices;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>An element stored as float32.</summary>
internal readonly unsafe struct Float32Element : IElement<Float32Element>
{
    private readonly float _value;

    public Float32Element(float value) => _value = value;

    public float Value => _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes>(Float32Element* source)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes>(TLanes value, Float32Element* destination)
        where TLanes : unmanaged, ILanes<TLanes> => TLanes.Store(value, (float*)destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToSingle(Float32Element element) => element._value;
}
