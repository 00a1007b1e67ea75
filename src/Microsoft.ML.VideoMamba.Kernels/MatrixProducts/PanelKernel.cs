using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>
/// Copies the right operand of a product into panels of a tile's columns, (panel, row, column), zeros beyond the last column. A piece is a panel.
/// </summary>
/// <param name="matrix">The operand.</param>
/// <param name="width">The vectors that are computed in.</param>
/// <param name="panels">Receives the panels.</param>
internal sealed unsafe class PanelKernel(MatrixView matrix, SimdWidth width, float* panels) : ISimdKernel
{
    private readonly int _columns = ColumnsOf(width);

    public int Pieces => Count(matrix.Columns, width);

    public int Channels => _columns;

    /// <summary>Number of panels that hold a number of columns.</summary>
    public static int Count(long columns, SimdWidth width) => (int)((columns + ColumnsOf(width) - 1) / ColumnsOf(width));

    /// <summary>Columns of a panel.</summary>
    public static int ColumnsOf(SimdWidth width) => TileRow<Lanes128>.Vectors * (int)width / 32;

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        long first = (long)piece * _columns;
        int columns = (int)Math.Min(_columns, matrix.Columns - first);
        float* panel = panels + piece * matrix.Rows * _columns;
        if (columns < _columns) NativeMemory.Clear(panel, (nuint)(matrix.Rows * _columns) * sizeof(float));
        if (matrix.ColumnStride == 1) CopyRows(first, columns, panel);
        else Transpose(first, columns, panel);
    }

    private void CopyRows(long first, int columns, float* panel)
    {
        for (long row = 0; row < matrix.Rows; row++) Unsafe.CopyBlock(panel + row * _columns, matrix.At(row, first), (uint)(columns * sizeof(float)));
    }

    /// <summary>Columns lie as rows: four times four numbers at once, the rest one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transpose(long first, int columns, float* panel)
    {
        long wholeRows = matrix.Rows / 4 * 4;
        int wholeColumns = columns / 4 * 4;
        for (int column = 0; column < wholeColumns; column += 4)
        {
            float* source = matrix.At(0, first + column), destination = panel + column;
            for (long row = 0; row < wholeRows; row += 4, source += 4, destination += 4 * _columns)
            {
                LaneMath.Transpose(source, matrix.ColumnStride, destination, _columns);
            }
        }

        for (int column = 0; column < columns; column++)
        {
            for (long row = column < wholeColumns ? wholeRows : 0; row < matrix.Rows; row++) panel[row * _columns + column] = *matrix.At(row, first + column);
        }
    }
}
