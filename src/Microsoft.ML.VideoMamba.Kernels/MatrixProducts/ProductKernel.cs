using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>A product of float32 matrices on all threads.</summary>
/// <param name="a">The left operand.</param>
/// <param name="b">The right operand.</param>
/// <param name="c">The result, its columns neighbours.</param>
/// <param name="add">Whether the product is added to what C holds.</param>
/// <param name="width">The vectors to compute in.</param>
internal sealed class ProductKernel(MatrixView a, Panels b, MatrixView c, bool add, SimdWidth width) : ISimdKernel
{
    private readonly ProductPieces _pieces = new(c.Rows, b.Count, b.Columns * Math.Min(Product.Depth, a.Columns) * sizeof(float), ProductTile.Rows(width));
    private readonly Product _product = new(a, b, c, add, width);

    public int Pieces => _pieces.Count;

    public int Channels => b.Columns;

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var (firstRow, endRow, firstPanel, endPanel) = _pieces[piece];
        using var scratch = Scratch.Rent();
        _product.Run<TLanes>(firstRow, endRow, firstPanel, endPanel, scratch);
    }
}
