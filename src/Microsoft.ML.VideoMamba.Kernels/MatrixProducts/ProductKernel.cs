using Microsoft.ML.VideoMamba.Kernels.Simd;
using Microsoft.ML.VideoMamba.Kernels.Threading;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>
/// A product on all threads: a piece is some rows of C by as many panels of a tile's columns as half a second cache holds.
/// </summary>
/// <param name="a">The left operand.</param>
/// <param name="b">The right operand.</param>
/// <param name="c">The result, its columns neighbours.</param>
/// <param name="add">Whether the product is added to what C holds.</param>
/// <param name="width">The vectors to compute in.</param>
internal sealed class ProductKernel(MatrixView a, Panels b, MatrixView c, bool add, SimdWidth width) : ISimdKernel
{
    private const int FloatsOfBlock = 96 * 1024;
    private const int MostRowsOfPiece = 96;
    private const int PiecesPerThread = 4;

    private readonly int _panelsOfPiece = (int)Math.Max(1, FloatsOfBlock / (b.Columns * Math.Min(Product.Depth, a.Columns)));
    private readonly Product _product = new(a, b, c, add, width);
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
        int firstPanel = piece % PanelGroups * _panelsOfPiece, endPanel = Math.Min(b.Count, firstPanel + _panelsOfPiece);
        long firstRow = (long)(piece / PanelGroups) * RowsOfPiece, endRow = Math.Min(c.Rows, firstRow + RowsOfPiece);
        using var scratch = Scratch.Rent();
        _product.Run<TLanes>(firstRow, endRow, firstPanel, endPanel, scratch);
    }

    private int FindRowsOfPiece()
    {
        int tallest = ProductTile.Rows(width);
        long rows = c.Rows * PanelGroups / (PiecesPerThread * ThreadTeam.Size);
        return (int)Math.Clamp((rows + tallest - 1) / tallest * tallest, tallest, MostRowsOfPiece);
    }
}
