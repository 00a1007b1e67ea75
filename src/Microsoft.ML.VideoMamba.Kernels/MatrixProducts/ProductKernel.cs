using Microsoft.ML.VideoMamba.Kernels.Simd;
using Microsoft.ML.VideoMamba.Kernels.Threading;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>
/// C = A B or C += A B, float32. B comes as panels; a piece is some rows of C by as many panels as half a second cache holds, and goes through A's columns
/// block by block. The order of the sums depends on the sizes only.
/// </summary>
/// <param name="a">The left operand.</param>
/// <param name="panels">The right operand, from <see cref="PanelKernel"/>.</param>
/// <param name="c">The result, its columns neighbours.</param>
/// <param name="add">Whether the product is added to what C holds.</param>
/// <param name="width">The vectors to compute in.</param>
internal sealed unsafe class ProductKernel(MatrixView a, float* panels, MatrixView c, bool add, SimdWidth width) : ISimdKernel
{
    /// <summary>Columns of A that are gone through at a time.</summary>
    public const int Depth = 384;

    private const int FloatsOfBlock = 96 * 1024;
    private const int MostRowsOfPiece = 96;
    private const int PiecesPerThread = 4;

    private readonly int _columns = PanelKernel.ColumnsOf(width);
    private readonly int _panels = PanelKernel.Count(c.Columns, width);
    private readonly int _panelsOfPiece = (int)Math.Max(1, FloatsOfBlock / (PanelKernel.ColumnsOf(width) * Math.Min(Depth, a.Columns)));
    private int? _rowsOfPiece;

    public int Pieces => checked((int)((c.Rows + RowsOfPiece - 1) / RowsOfPiece) * PanelGroups);

    public int Channels => _columns;

    private int PanelGroups => (_panels + _panelsOfPiece - 1) / _panelsOfPiece;

    private int RowsOfPiece => _rowsOfPiece ??= FindRowsOfPiece();

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int firstPanel = piece % PanelGroups * _panelsOfPiece, endPanel = Math.Min(_panels, firstPanel + _panelsOfPiece), tallest = ProductTile.Rows(width);
        long firstRow = (long)(piece / PanelGroups) * RowsOfPiece, endRow = Math.Min(c.Rows, firstRow + RowsOfPiece);
        using var scratch = Scratch.Rent();
        float* tile = scratch.TakeZeroed(tallest * _columns), block = a.ColumnStride == 1 ? null : scratch.Take(tallest * Depth);
        for (long k = 0; k < a.Columns; k += Depth)
        {
            int depth = (int)Math.Min(Depth, a.Columns - k);
            for (long row = firstRow; row < endRow;)
            {
                int rows = endRow - row >= 8 && tallest == 8 ? 8 : endRow - row >= 4 ? 4 : 1;
                float* source = a.At(row, k);
                long rowStride = a.RowStride, columnStride = a.ColumnStride;
                if (block is not null)
                {
                    CopyBlock(source, rows, depth, block);
                    source = block;
                    (rowStride, columnStride) = (1, rows);
                }

                for (int panel = firstPanel; panel < endPanel; panel++)
                {
                    float* b = panels + panel * a.Columns * _columns + k * _columns;
                    Multiply<TLanes>(rows, depth, source, rowStride, columnStride, b, row, panel * _columns, tile, add || k > 0);
                }

                row += rows;
            }
        }
    }

    /// <summary>One tile; where C ends within it, by way of <paramref name="tile"/>.</summary>
    private void Multiply<TLanes>(int rows, int depth, float* source, long rowStride, long columnStride, float* b, long row, int column, float* tile, bool add)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        float* destination = c.At(row, column);
        int columns = (int)Math.Min(_columns, c.Columns - column);
        if (columns == _columns)
        {
            Multiply<TLanes>(rows, depth, source, rowStride, columnStride, b, destination, c.RowStride, add);
            return;
        }

        for (int i = 0; add && i < rows; i++) new ReadOnlySpan<float>(destination + i * c.RowStride, columns).CopyTo(new Span<float>(tile + i * _columns, columns));
        Multiply<TLanes>(rows, depth, source, rowStride, columnStride, b, tile, _columns, add);
        for (int i = 0; i < rows; i++) new ReadOnlySpan<float>(tile + i * _columns, columns).CopyTo(new Span<float>(destination + i * c.RowStride, columns));
    }

    private static void Multiply<TLanes>(int rows, int depth, float* source, long rowStride, long columnStride, float* b, float* destination, long stride, bool add)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        if (rows == 8) ProductTile.Eight<TLanes>(depth, source, rowStride, columnStride, b, destination, stride, add);
        else if (rows == 4) ProductTile.Four<TLanes>(depth, source, rowStride, columnStride, b, destination, stride, add);
        else ProductTile.One<TLanes>(depth, source, columnStride, b, destination, add);
    }

    /// <summary>A's columns lie far apart: brings a tile's rows of them together.</summary>
    private void CopyBlock(float* source, int rows, int depth, float* block)
    {
        if (rows == 1)
        {
            for (int k = 0; k < depth; k++) block[k] = source[k * a.ColumnStride];
            return;
        }

        for (int k = 0; k < depth; k++, block += rows, source += a.ColumnStride)
        {
            if (a.RowStride != 1)
            {
                for (int i = 0; i < rows; i++) block[i] = source[i * a.RowStride];
                continue;
            }

            Lanes128.Store(Lanes128.Load(source), block);
            if (rows == 8) Lanes128.Store(Lanes128.Load(source + 4), block + 4);
        }
    }

    private int FindRowsOfPiece()
    {
        int tallest = ProductTile.Rows(width);
        long rows = c.Rows * PanelGroups / (PiecesPerThread * ThreadTeam.Size);
        return (int)Math.Clamp((rows + tallest - 1) / tallest * tallest, tallest, MostRowsOfPiece);
    }
}
