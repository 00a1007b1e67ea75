using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>
/// The innermost loops of matrix products: C = A B or C += A B for a tile of C that stays in registers. A is read number by number at any two strides, B as panels of a
/// tile's columns, C from and to rows of whole vectors.
/// </summary>
internal static unsafe class ProductTile
{
    /// <summary>Rows of the tallest tile of a width: as many as the registers hold.</summary>
    public static int Rows(SimdWidth width) => width == SimdWidth.Bits512 || System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported ? 8 : 4;

    /// <summary>Eight rows.</summary>
    /// <param name="depth">Columns of A and rows of B.</param>
    /// <param name="a">The tile's first row of A.</param>
    /// <param name="rowStride">From a row of A to the next.</param>
    /// <param name="columnStride">From a column of A to the next.</param>
    /// <param name="b">The panel, (depth, columns).</param>
    /// <param name="c">The tile's first row of C.</param>
    /// <param name="cStride">From a row of C to the next.</param>
    /// <param name="add">Whether the product is added to what C holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Eight<TLanes>(int depth, float* a, long rowStride, long columnStride, float* b, float* c, long cStride, bool add)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        float* c3 = c + 3 * cStride, c6 = c + 6 * cStride;
        var zero = TileRow<TLanes>.Zero();
        TileRow<TLanes> r0 = zero, r1 = zero, r2 = zero, r3 = zero, r4 = zero, r5 = zero, r6 = zero, r7 = zero;
        float* a3 = a + 3 * rowStride, a6 = a + 6 * rowStride;
        for (int k = 0; k < depth; k++)
        {
            var row = TileRow<TLanes>.Load(b);
            TileRow<TLanes>.Add(ref r0, a, row);
            TileRow<TLanes>.Add(ref r1, a + rowStride, row);
            TileRow<TLanes>.Add(ref r2, a + 2 * rowStride, row);
            TileRow<TLanes>.Add(ref r3, a3, row);
            TileRow<TLanes>.Add(ref r4, a3 + rowStride, row);
            TileRow<TLanes>.Add(ref r5, a3 + 2 * rowStride, row);
            TileRow<TLanes>.Add(ref r6, a6, row);
            TileRow<TLanes>.Add(ref r7, a6 + rowStride, row);
            a += columnStride;
            a3 += columnStride;
            a6 += columnStride;
            b += TileRow<TLanes>.Columns;
        }

        TileRow<TLanes>.Store(r0, c, add);
        TileRow<TLanes>.Store(r1, c + cStride, add);
        TileRow<TLanes>.Store(r2, c + 2 * cStride, add);
        TileRow<TLanes>.Store(r3, c3, add);
        TileRow<TLanes>.Store(r4, c3 + cStride, add);
        TileRow<TLanes>.Store(r5, c3 + 2 * cStride, add);
        TileRow<TLanes>.Store(r6, c6, add);
        TileRow<TLanes>.Store(r7, c6 + cStride, add);
    }

    /// <summary>Four rows; see <see cref="Eight"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Four<TLanes>(int depth, float* a, long rowStride, long columnStride, float* b, float* c, long cStride, bool add)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var zero = TileRow<TLanes>.Zero();
        TileRow<TLanes> r0 = zero, r1 = zero, r2 = zero, r3 = zero;
        float* a3 = a + 3 * rowStride;
        for (int k = 0; k < depth; k++)
        {
            var row = TileRow<TLanes>.Load(b);
            TileRow<TLanes>.Add(ref r0, a, row);
            TileRow<TLanes>.Add(ref r1, a + rowStride, row);
            TileRow<TLanes>.Add(ref r2, a + 2 * rowStride, row);
            TileRow<TLanes>.Add(ref r3, a3, row);
            a += columnStride;
            a3 += columnStride;
            b += TileRow<TLanes>.Columns;
        }

        TileRow<TLanes>.Store(r0, c, add);
        TileRow<TLanes>.Store(r1, c + cStride, add);
        TileRow<TLanes>.Store(r2, c + 2 * cStride, add);
        TileRow<TLanes>.Store(r3, c + 3 * cStride, add);
    }

    /// <summary>One row; see <see cref="Eight"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void One<TLanes>(int depth, float* a, long columnStride, float* b, float* c, bool add)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var row = TileRow<TLanes>.Zero();
        for (int k = 0; k < depth; k++)
        {
            TileRow<TLanes>.Add(ref row, a, TileRow<TLanes>.Load(b));
            a += columnStride;
            b += TileRow<TLanes>.Columns;
        }

        TileRow<TLanes>.Store(row, c, add);
    }
}
