using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>
/// Copies panels of the right operand of a product, (panel, row, column), zeros beyond the last column. A piece is a panel.
/// </summary>
/// <param name="matrix">The operand.</param>
/// <param name="panelColumns">Columns of a panel.</param>
/// <param name="firstPanel">The first panel to copy.</param>
/// <param name="endPanel">The first panel beyond.</param>
/// <param name="panels">Receives the panels from that one on.</param>
internal sealed unsafe class PanelKernel(MatrixView matrix, int panelColumns, int firstPanel, int endPanel, float* panels) : ISimdKernel
{
    public int Pieces => endPanel - firstPanel;

    public int Channels => panelColumns;

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        long first = (long)(firstPanel + piece) * panelColumns;
        int columns = (int)Math.Min(panelColumns, matrix.Columns - first);
        float* panel = panels + piece * matrix.Rows * panelColumns;
        if (columns < panelColumns) NativeMemory.Clear(panel, (nuint)(matrix.Rows * panelColumns) * sizeof(float));
        if (matrix.ColumnStride == 1) CopyPartOfRows(first, columns, panel);
        else Transpose(first, columns, panel);
    }

    private void CopyPartOfRows(long first, int columns, float* panel)
    {
        for (long row = 0; row < matrix.Rows; row++) Unsafe.CopyBlock(panel + row * panelColumns, matrix.At(row, first), (uint)(columns * sizeof(float)));
    }

    /// <summary>Columns lie as rows: a cache line of four of them at a time, four times four numbers at once, the rest one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transpose(long first, int columns, float* panel)
    {
        const int Line = 16;
        long rows = matrix.Rows, stride = matrix.ColumnStride, wholeRows = rows / Line * Line;
        int wholeColumns = columns / 4 * 4;
        for (long row = 0; row < wholeRows; row += Line)
        {
            float* source = matrix.At(row, first), destination = panel + row * panelColumns;
            for (int column = 0; column < wholeColumns; column += 4, source += 4 * stride, destination += 4)
            {
                for (int i = 0; i < 4; i++) Cache.Prefetch(source + i * stride + 2 * Line);
                for (int i = 0; i < Line; i += 4) LaneMath.Transpose(source + i, stride, destination + i * panelColumns, panelColumns);
            }
        }

        for (int column = 0; column < columns; column++)
        {
            for (long row = column < wholeColumns ? wholeRows : 0; row < rows; row++) panel[row * panelColumns + column] = *matrix.At(row, first + column);
        }
    }
}
