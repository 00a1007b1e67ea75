using Microsoft.ML.VideoMamba.Kernels.Simd;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>A weight in bfloat16, for bfloat16 inputs and outputs of either type: neighbouring inputs lie in pairs, which <see cref="PairTile"/> multiplies.</summary>
internal sealed unsafe class PackedPairs : IPackedMatrix
{
    private readonly float* _panels;
    private readonly int _pairs, _columns;

    /// <summary>Packs.</summary>
    /// <param name="weight">(outputs, inputs), bfloat16, contiguous, the inputs even in number.</param>
    /// <param name="width">The vectors to copy in.</param>
    /// <param name="scratch">Where the panels live: the caller keeps it until the products are done.</param>
    public PackedPairs(torch.Tensor weight, SimdWidth width, Scratch scratch)
    {
        (_columns, _pairs) = ((int)weight.shape[0], (int)weight.shape[1] / 2);

        // A pair is moved as the 32 bits that it takes.
        var pairs = new MatrixView((float*)TensorMemory.Address(weight), _columns, _pairs, _pairs).Transposed;
        _panels = scratch.Take(checked(Panels * _pairs * PairTile.Columns));
        SimdRunner.Run(new PanelKernel(pairs, PairTile.Columns, 0, Panels, _panels), width, torch.ScalarType.Float32);
    }

    public int Panels => (_columns + PairTile.Columns - 1) / PairTile.Columns;

    public int PanelColumns => PairTile.Columns;

    public long PanelSize => (long)_pairs * PairTile.Columns * sizeof(float);

    public int TileRows => PairTile.Rows;

    /// <summary>The floats that a weight takes of the scratch.</summary>
    public static long Floats(torch.Tensor weight) => (weight.shape[0] + PairTile.Columns) * weight.shape[1] / 2;

    /// <inheritdoc/>
    public void Multiply<TLanes>(TensorRows x, TensorRows y, long firstRow, long endRow, int firstPanel, int endPanel, Scratch scratch)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var tile = new PairTileArguments { AStride = (nint)x.RowSize, Pairs = _pairs, CStride = (nint)y.RowSize };
        for (int panel = firstPanel; panel < endPanel; panel++)
        {
            int column = panel * PairTile.Columns;
            tile.B = _panels + (long)column * _pairs;
            tile.Columns = (1ul << Math.Min(PairTile.Columns, _columns - column)) - 1;
            for (long row = firstRow; row < endRow; row += PairTile.Rows)
            {
                tile.A = x.At(row, 0);
                tile.C = y.At(row, column);
                PairTile.Run((int)Math.Min(PairTile.Rows, endRow - row), y.AreSingle, &tile);
            }
        }
    }
}
