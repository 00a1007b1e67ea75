using Microsoft.ML.VideoMamba.Kernels.Simd;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>
/// The right operand of a product as tiles read it: panels of a tile's columns, each a run of rows of whole vectors. A matrix that lies so is read in place;
/// one that lies transposed, and columns short of a panel, are copied.
/// </summary>
internal readonly unsafe struct Panels
{
    private readonly MatrixView _matrix;
    private readonly float* _copies;
    private readonly int _firstCopied;

    /// <summary>Copies what has to be.</summary>
    /// <param name="matrix">The operand.</param>
    /// <param name="width">The vectors that are computed in.</param>
    /// <param name="scratch">Where copies live: the caller keeps it until the product is done.</param>
    public Panels(MatrixView matrix, SimdWidth width, Scratch scratch)
    {
        int lanes = (int)width / 32;
        _matrix = matrix;
        AreNarrow = matrix.Columns <= lanes;
        Columns = AreNarrow ? lanes : 3 * lanes;
        Count = (int)((matrix.Columns + Columns - 1) / Columns);
        _firstCopied = matrix.ColumnStride == 1 ? (int)(matrix.Columns / Columns) : 0;
        if (_firstCopied == Count) return;
        _copies = scratch.Take(checked((int)((Count - _firstCopied) * matrix.Rows * Columns)));
        SimdRunner.Run(new PanelKernel(matrix, Columns, _firstCopied, Count, _copies), width, torch.ScalarType.Float32);
    }

    /// <summary>The most that copies take of the scratch, in floats.</summary>
    public static long MostFloats(MatrixView matrix, SimdWidth width) => matrix.Rows * (matrix.Columns + 3L * (int)width / 32);

    /// <summary>Whether tiles have the columns of one vector instead of three.</summary>
    public bool AreNarrow { get; }

    /// <summary>Columns of a panel.</summary>
    public int Columns { get; }

    /// <summary>Number of panels.</summary>
    public int Count { get; }

    /// <summary>Where a panel begins.</summary>
    public float* Panel(int panel) =>
        panel < _firstCopied ? _matrix.At(0, (long)panel * Columns) : _copies + (panel - _firstCopied) * _matrix.Rows * Columns;

    /// <summary>Elements from a panel's row to the next.</summary>
    public long StrideOf(int panel) => panel < _firstCopied ? _matrix.RowStride : Columns;
}
