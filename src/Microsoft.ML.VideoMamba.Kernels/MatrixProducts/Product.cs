using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>C = A B or C += A B, float32, tile by tile through A's columns block by block. The order of the sums depends on the sizes only.</summary>
/// <param name="a">The left operand.</param>
/// <param name="b">The right operand.</param>
/// <param name="c">The result, its columns neighbours.</param>
/// <param name="add">Whether the product is added to what C holds.</param>
/// <param name="width">The vectors to compute in.</param>
internal readonly unsafe struct Product(MatrixView a, Panels b, MatrixView c, bool add, SimdWidth width)
{
    /// <summary>Columns of A that are gone through at a time.</summary>
    public const int Depth = 384;

    /// <summary>Computes some rows and panels of C on the calling thread.</summary>
    public void Run<TLanes>(long firstRow, long endRow, int firstPanel, int endPanel, Scratch scratch)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int tallest = ProductTile.Rows(width);
        float* tile = scratch.TakeZeroed(tallest * b.Columns);
        for (long k = 0; k < a.Columns; k += Depth)
        {
            int depth = (int)Math.Min(Depth, a.Columns - k);
            for (long row = firstRow; row < endRow;)
            {
                int rows = endRow - row >= 8 && tallest == 8 ? 8 : endRow - row >= 4 ? 4 : 1;
                for (int panel = firstPanel; panel < endPanel; panel++) Multiply<TLanes>(rows, depth, row, k, panel, tile, add || k > 0);
                row += rows;
            }
        }
    }

    /// <summary>One tile; where C ends within it, by way of <paramref name="tile"/>.</summary>
    private void Multiply<TLanes>(int rows, int depth, long row, long k, int panel, float* tile, bool add)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        int column = panel * b.Columns, columns = (int)Math.Min(b.Columns, c.Columns - column);
        float* left = a.At(row, k), destination = c.At(row, column), right = b.Panel(panel) + k * b.StrideOf(panel);
        if (columns == b.Columns)
        {
            Multiply<TLanes>(rows, depth, left, right, b.StrideOf(panel), destination, c.RowStride, add);
            return;
        }

        for (int i = 0; add && i < rows; i++) new ReadOnlySpan<float>(destination + i * c.RowStride, columns).CopyTo(new Span<float>(tile + i * b.Columns, columns));
        Multiply<TLanes>(rows, depth, left, right, b.StrideOf(panel), tile, b.Columns, add);
        for (int i = 0; i < rows; i++) new ReadOnlySpan<float>(tile + i * b.Columns, columns).CopyTo(new Span<float>(destination + i * c.RowStride, columns));
    }

    private void Multiply<TLanes>(int rows, int depth, float* left, float* right, long rightStride, float* destination, long stride, bool add)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (b.AreNarrow) Multiply<NarrowTileRow<TLanes>, TLanes>(rows, depth, left, right, rightStride, destination, stride, add);
        else Multiply<WideTileRow<TLanes>, TLanes>(rows, depth, left, right, rightStride, destination, stride, add);
    }

    private void Multiply<TRow, TLanes>(int rows, int depth, float* left, float* right, long rightStride, float* destination, long stride, bool add)
        where TRow : unmanaged, ITileRow<TRow, TLanes>
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (rows == 8) ProductTile.Eight<TRow, TLanes>(depth, left, a.RowStride, a.ColumnStride, right, rightStride, destination, stride, add);
        else if (rows == 4) ProductTile.Four<TRow, TLanes>(depth, left, a.RowStride, a.ColumnStride, right, rightStride, destination, stride, add);
        else ProductTile.One<TRow, TLanes>(depth, left, a.ColumnStride, right, rightStride, destination, add);
    }
}
