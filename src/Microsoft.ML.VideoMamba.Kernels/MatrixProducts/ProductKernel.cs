using Microsoft.ML.VideoMamba.Kernels.Simd;
using Microsoft.ML.VideoMamba.Kernels.Threading;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>
/// C = A B or C += A B, float32. A piece is some rows of C by as many panels of a tile's columns as half a second cache holds, and goes through A's columns
/// block by block. The order of the sums depends on the sizes only.
/// </summary>
/// <param name="a">The left operand.</param>
/// <param name="b">The right operand.</param>
/// <param name="c">The result, its columns neighbours.</param>
/// <param name="add">Whether the product is added to what C holds.</param>
/// <param name="width">The vectors to compute in.</param>
internal sealed unsafe class ProductKernel(MatrixView a, Panels b, MatrixView c, bool add, SimdWidth width) : ISimdKernel
{
    /// <summary>Columns of A that are gone through at a time.</summary>
    public const int Depth = 384;

    private const int FloatsOfBlock = 96 * 1024;
    private const int MostRowsOfPiece = 96;
    private const int PiecesPerThread = 4;

    private readonly int _panelsOfPiece = (int)Math.Max(1, FloatsOfBlock / (b.Columns * Math.Min(Depth, a.Columns)));
    private int? _rowsOfPiece;

    public int Pieces => checked((int)((c.Rows + RowsOfPiece - 1) / RowsOfPiece) * PanelGroups);

    public int Channels => b.Columns;

    private int PanelGroups => (b.Count + _panelsOfPiece - 1) / _panelsOfPiece;

    private int RowsOfPiece => _rowsOfPiece ??= FindRowsOfPiece();

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int firstPanel = piece % PanelGroups * _panelsOfPiece, endPanel = Math.Min(b.Count, firstPanel + _panelsOfPiece), tallest = ProductTile.Rows(width);
        long firstRow = (long)(piece / PanelGroups) * RowsOfPiece, endRow = Math.Min(c.Rows, firstRow + RowsOfPiece);
        using var scratch = Scratch.Rent();
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

    private int FindRowsOfPiece()
    {
        int tallest = ProductTile.Rows(width);
        long rows = c.Rows * PanelGroups / (PiecesPerThread * ThreadTeam.Size);
        return (int)Math.Clamp((rows + tallest - 1) / tallest * tallest, tallest, MostRowsOfPiece);
    }
}
