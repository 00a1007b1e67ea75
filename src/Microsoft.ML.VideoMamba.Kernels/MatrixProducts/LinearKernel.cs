using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>A linear map by a packed weight, on all threads.</summary>
/// <param name="x">Inputs.</param>
/// <param name="weight">The weight.</param>
/// <param name="y">Receives the outputs.</param>
/// <param name="rows">Rows of both.</param>
internal sealed class LinearKernel(TensorRows x, IPackedMatrix weight, TensorRows y, long rows) : ISimdKernel
{
    private readonly ProductPieces _pieces = new(rows, weight.Panels, weight.PanelSize, weight.TileRows);

    public int Pieces => _pieces.Count;

    public int Channels => weight.PanelColumns;

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var (firstRow, endRow, firstPanel, endPanel) = _pieces[piece];
        using var scratch = Scratch.Rent();
        weight.Multiply<TLanes>(x, y, firstRow, endRow, firstPanel, endPanel, scratch);
    }
}
