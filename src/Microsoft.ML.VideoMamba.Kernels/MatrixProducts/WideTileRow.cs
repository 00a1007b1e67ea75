using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>Three vectors: what lets eight rows and their operands fit 32 registers, and four rows 16.</summary>
internal unsafe struct WideTileRow<TLanes> : ITileRow<WideTileRow<TLanes>, TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private TLanes _v0;
    private TLanes _v1;
    private TLanes _v2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideTileRow<TLanes> Zero()
    {
        var zero = TLanes.Broadcast(0);
        return new() { _v0 = zero, _v1 = zero, _v2 = zero };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static WideTileRow<TLanes> Load(float* source) =>
        new() { _v0 = TLanes.Load(source), _v1 = TLanes.Load(source + TLanes.Count), _v2 = TLanes.Load(source + 2 * TLanes.Count) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(in WideTileRow<TLanes> row, float* destination, bool add)
    {
        TLanes v0 = row._v0, v1 = row._v1, v2 = row._v2;
        if (add)
        {
            v0 += TLanes.Load(destination);
            v1 += TLanes.Load(destination + TLanes.Count);
            v2 += TLanes.Load(destination + 2 * TLanes.Count);
        }

        TLanes.Store(v0, destination);
        TLanes.Store(v1, destination + TLanes.Count);
        TLanes.Store(v2, destination + 2 * TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* destination)
    {
        Cache.Prefetch(destination);
        Cache.Prefetch(destination + TLanes.Count);
        Cache.Prefetch(destination + 2 * TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref WideTileRow<TLanes> row, float* a, in WideTileRow<TLanes> b)
    {
        var factor = TLanes.Broadcast(*a);
        row._v0 = TLanes.MultiplyAdd(factor, b._v0, row._v0);
        row._v1 = TLanes.MultiplyAdd(factor, b._v1, row._v1);
        row._v2 = TLanes.MultiplyAdd(factor, b._v2, row._v2);
    }
}
