using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>One row of a tile of a product: as many columns as three vectors hold.</summary>
internal unsafe struct TileRow<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>Vectors of a row: what lets eight rows and their operands fit 32 registers, and four rows 16.</summary>
    public const int Vectors = 3;

    private TLanes _v0;
    private TLanes _v1;
    private TLanes _v2;

    /// <summary>Columns of a tile.</summary>
    public static int Columns => Vectors * TLanes.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRow<TLanes> Zero()
    {
        var zero = TLanes.Broadcast(0);
        return new() { _v0 = zero, _v1 = zero, _v2 = zero };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRow<TLanes> Load(float* source) =>
        new() { _v0 = TLanes.Load(source), _v1 = TLanes.Load(source + TLanes.Count), _v2 = TLanes.Load(source + 2 * TLanes.Count) };

    /// <summary>Writes the row, or adds it to what is there: a long sum of short ones, which rounds less than a running one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(in TileRow<TLanes> row, float* destination, bool add)
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

    /// <summary>row += a · b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref TileRow<TLanes> row, float* a, in TileRow<TLanes> b)
    {
        var factor = TLanes.Broadcast(*a);
        row._v0 = TLanes.MultiplyAdd(factor, b._v0, row._v0);
        row._v1 = TLanes.MultiplyAdd(factor, b._v1, row._v1);
        row._v2 = TLanes.MultiplyAdd(factor, b._v2, row._v2);
    }
}
