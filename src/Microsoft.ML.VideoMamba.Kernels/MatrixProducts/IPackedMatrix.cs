using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>The weight of linear maps y = x Wᵀ, packed once in panels of some columns of y. Its kind says which elements x has.</summary>
internal interface IPackedMatrix
{
    /// <summary>Number of panels.</summary>
    int Panels { get; }

    /// <summary>Columns of a panel.</summary>
    int PanelColumns { get; }

    /// <summary>Bytes of a panel that a product goes through at a time.</summary>
    long PanelSize { get; }

    /// <summary>Rows that are best computed together.</summary>
    int TileRows { get; }

    /// <summary>Computes some rows of y in the columns of some panels, on the calling thread.</summary>
    /// <param name="x">Inputs, from row 0 on.</param>
    /// <param name="y">Receives the outputs.</param>
    /// <param name="firstRow">The first row.</param>
    /// <param name="endRow">The first row beyond.</param>
    /// <param name="firstPanel">The first panel.</param>
    /// <param name="endPanel">The first panel beyond.</param>
    /// <param name="scratch">Working memory.</param>
    void Multiply<TLanes>(TensorRows x, TensorRows y, long firstRow, long endRow, int firstPanel, int endPanel, Scratch scratch)
        where TLanes : unmanaged, ILanes<TLanes>;
}
