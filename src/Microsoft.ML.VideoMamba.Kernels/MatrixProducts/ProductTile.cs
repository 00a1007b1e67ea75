using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>
/// The innermost loops of matrix products: C = A B or C += A B for a tile of C that stays in registers. A is read number by number at any two strides, B and C
/// in rows of whole vectors.
/// </summary>
/// <remarks>
/// The caches are asked for C at the start, and for A some columns ahead: where A lies transposed each column is a line, and often a page, of its own, which the
/// hardware does not foresee.
/// </remarks>
internal static unsafe class ProductTile
{
    private const int ColumnsAhead = 24;

    /// <summary>Rows of the tallest tile of a width: as many as the registers hold.</summary>
    public static int Rows(SimdWidth width) => width == SimdWidth.Bits512 || System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported ? 8 : 4;

    /// <summary>Eight rows.</summary>
    /// <param name="depth">Columns of A and rows of B.</param>
    /// <param name="a">The tile's first row of A.</param>
    /// <param name="rowStride">From a row of A to the next.</param>
    /// <param name="columnStride">From a column of A to the next.</param>
    /// <param name="b">The tile's first column of B, its columns neighbours.</param>
    /// <param name="bStride">From a row of B to the next.</param>
    /// <param name="c">The tile's first row of C.</param>
    /// <param name="cStride">From a row of C to the next.</param>
    /// <param name="add">Whether the product is added to what C holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Eight<TRow, TLanes>(int depth, float* a, long rowStride, long columnStride, float* b, long bStride, float* c, long cStride, bool add)
        where TRow : unmanaged, ITileRow<TRow, TLanes>
        where TLanes : unmanaged, ILanes<TLanes>
    {
        float* c3 = c + 3 * cStride, c6 = c + 6 * cStride;
        var zero = TRow.Zero();
        TRow r0 = zero, r1 = zero, r2 = zero, r3 = zero, r4 = zero, r5 = zero, r6 = zero, r7 = zero;
        float* a3 = a + 3 * rowStride, a6 = a + 6 * rowStride, ahead = a + ColumnsAhead * columnStride;
        for (int i = 0; i < 8; i++) TRow.Prefetch(c + i * cStride);
        for (int k = 0; k < depth; k++)
        {
            var row = TRow.Load(b);
            TRow.Add(ref r0, a, row);
            TRow.Add(ref r1, a + rowStride, row);
            TRow.Add(ref r2, a + 2 * rowStride, row);
            TRow.Add(ref r3, a3, row);
            TRow.Add(ref r4, a3 + rowStride, row);
            TRow.Add(ref r5, a3 + 2 * rowStride, row);
            TRow.Add(ref r6, a6, row);
            TRow.Add(ref r7, a6 + rowStride, row);
            Cache.Prefetch(ahead);
            a += columnStride;
            a3 += columnStride;
            a6 += columnStride;
            ahead += columnStride;
            b += bStride;
        }

        TRow.Store(r0, c, add);
        TRow.Store(r1, c + cStride, add);
        TRow.Store(r2, c + 2 * cStride, add);
        TRow.Store(r3, c3, add);
        TRow.Store(r4, c3 + cStride, add);
        TRow.Store(r5, c3 + 2 * cStride, add);
        TRow.Store(r6, c6, add);
        TRow.Store(r7, c6 + cStride, add);
    }

    /// <summary>Four rows; see <see cref="Eight"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Four<TRow, TLanes>(int depth, float* a, long rowStride, long columnStride, float* b, long bStride, float* c, long cStride, bool add)
        where TRow : unmanaged, ITileRow<TRow, TLanes>
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var zero = TRow.Zero();
        TRow r0 = zero, r1 = zero, r2 = zero, r3 = zero;
        float* a3 = a + 3 * rowStride, ahead = a + ColumnsAhead * columnStride;
        for (int i = 0; i < 4; i++) TRow.Prefetch(c + i * cStride);
        for (int k = 0; k < depth; k++)
        {
            var row = TRow.Load(b);
            TRow.Add(ref r0, a, row);
            TRow.Add(ref r1, a + rowStride, row);
            TRow.Add(ref r2, a + 2 * rowStride, row);
            TRow.Add(ref r3, a3, row);
            Cache.Prefetch(ahead);
            a += columnStride;
            a3 += columnStride;
            ahead += columnStride;
            b += bStride;
        }

        TRow.Store(r0, c, add);
        TRow.Store(r1, c + cStride, add);
        TRow.Store(r2, c + 2 * cStride, add);
        TRow.Store(r3, c + 3 * cStride, add);
    }

    /// <summary>One row; see <see cref="Eight"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void One<TRow, TLanes>(int depth, float* a, long columnStride, float* b, long bStride, float* c, bool add)
        where TRow : unmanaged, ITileRow<TRow, TLanes>
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var row = TRow.Zero();
        for (int k = 0; k < depth; k++)
        {
            TRow.Add(ref row, a, TRow.Load(b));
            a += columnStride;
            b += bStride;
        }

        TRow.Store(row, c, add);
    }
}
