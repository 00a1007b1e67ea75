using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>One vector, for products of few columns.</summary>
internal unsafe struct NarrowTileRow<TLanes> : ITileRow<NarrowTileRow<TLanes>, TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private TLanes _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowTileRow<TLanes> Zero() => new() { _value = TLanes.Broadcast(0) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NarrowTileRow<TLanes> Load(float* source) => new() { _value = TLanes.Load(source) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(in NarrowTileRow<TLanes> row, float* destination, bool add) =>
        TLanes.Store(add ? row._value + TLanes.Load(destination) : row._value, destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* destination) => Cache.Prefetch(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref NarrowTileRow<TLanes> row, float* a, in NarrowTileRow<TLanes> b) => row._value = TLanes.MultiplyAdd(b._value, a, row._value);
}
