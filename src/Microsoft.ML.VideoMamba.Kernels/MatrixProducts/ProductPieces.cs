using Microsoft.ML.VideoMamba.Kernels.Threading;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>How a product falls into pieces: some rows by as many panels of the right operand as half a second cache holds.</summary>
internal readonly struct ProductPieces
{
    private const long SizeOfBlock = 384 * 1024;
    private const int MostRowsOfPiece = 96;
    private const int PiecesPerThread = 4;

    private readonly long _rows;
    private readonly int _panels, _panelsOfPiece, _panelGroups, _rowsOfPiece;

    /// <param name="rows">Rows of the product.</param>
    /// <param name="panels">Panels of the right operand.</param>
    /// <param name="panelSize">Bytes of a panel that are gone through at a time.</param>
    /// <param name="tileRows">Rows of the tallest tile.</param>
    public ProductPieces(long rows, int panels, long panelSize, int tileRows)
    {
        (_rows, _panels) = (rows, panels);
        _panelsOfPiece = (int)Math.Max(1, SizeOfBlock / panelSize);
        _panelGroups = (panels + _panelsOfPiece - 1) / _panelsOfPiece;
        long shared = rows * _panelGroups / (PiecesPerThread * ThreadTeam.Size);
        _rowsOfPiece = (int)Math.Clamp((shared + tileRows - 1) / tileRows * tileRows, tileRows, MostRowsOfPiece);
    }

    public int Count => checked((int)((_rows + _rowsOfPiece - 1) / _rowsOfPiece) * _panelGroups);

    /// <summary>The rows and panels of a piece, each from the first up to the end.</summary>
    public (long FirstRow, long EndRow, int FirstPanel, int EndPanel) this[int piece]
    {
        get
        {
            long row = (long)(piece / _panelGroups) * _rowsOfPiece;
            int panel = piece % _panelGroups * _panelsOfPiece;
            return (row, Math.Min(_rows, row + _rowsOfPiece), panel, Math.Min(_panels, panel + _panelsOfPiece));
        }
    }
}
