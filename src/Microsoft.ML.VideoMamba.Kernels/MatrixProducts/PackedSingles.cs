using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>A weight in float32, for float32 inputs and outputs.</summary>
internal sealed unsafe class PackedSingles : IPackedMatrix
{
    private readonly MatrixView _matrix;
    private readonly Panels _panels;
    private readonly SimdWidth _width;

    /// <param name="weight">(outputs, inputs); its owner keeps it alive.</param>
    /// <param name="width">The vectors to compute in.</param>
    /// <param name="scratch">Where the panels live: the caller keeps it until the products are done.</param>
    public PackedSingles(MatrixView weight, SimdWidth width, Scratch scratch)
    {
        (_matrix, _width) = (weight.Transposed, width);
        _panels = new Panels(_matrix, width, scratch);
    }

    public int Panels => _panels.Count;

    public int PanelColumns => _panels.Columns;

    public long PanelSize => Math.Min(Product.Depth, _matrix.Rows) * _panels.Columns * sizeof(float);

    public int TileRows => ProductTile.Rows(_width);

    /// <inheritdoc/>
    public void Multiply<TLanes>(TensorRows x, TensorRows y, long firstRow, long endRow, int firstPanel, int endPanel, Scratch scratch)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        MatrixView a = new(x.Row<float>(0), endRow, _matrix.Rows, x.Stride), c = new(y.Row<float>(0), endRow, _matrix.Columns, y.Stride);
        new Product(a, _panels, c, add: false, _width).Run<TLanes>(firstRow, endRow, firstPanel, endPanel, scratch);
    }
}
