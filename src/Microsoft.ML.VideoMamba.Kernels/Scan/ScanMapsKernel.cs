using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>Adds up the gradients of B and C over the pieces of channels, in a fixed order. A piece is a run of tokens of one clip.</summary>
/// <param name="size">The scan's sizes.</param>
/// <param name="gradients">Holds the partial sums.</param>
/// <param name="dB">Receives B's gradient, (batch, length, d_state).</param>
/// <param name="dC">Receives C's gradient, (batch, length, d_state).</param>
internal sealed unsafe class ScanMapsKernel(ScanSize size, ScanGradients gradients, TensorRows dB, TensorRows dC) : ISimdKernel
{
    private const int TokensPerPiece = 128;

    private readonly float* _parts = (float*)TensorMemory.Address(gradients.Maps);

    public int Pieces => size.Batch * PiecesPerClip;

    private int PiecesPerClip => (size.Length + TokensPerPiece - 1) / TokensPerPiece;

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int clip = piece / PiecesPerClip, first = piece % PiecesPerClip * TokensPerPiece, end = Math.Min(size.Length, first + TokensPerPiece);
        for (int token = first; token < end; token++)
        {
            Add<TElement>(clip, token, 0, dB);
            Add<TElement>(clip, token, size.PaddedStates, dC);
        }
    }

    private void Add<TElement>(int clip, int token, int column, TensorRows destination)
        where TElement : unmanaged, IElement<TElement>
    {
        int parts = ScanBackwardKernel.PiecesPerClip(size);
        long stride = (long)size.Length * size.MapWidth;
        float* first = _parts + clip * parts * stride + (long)token * size.MapWidth + column;
        var row = destination.Row<TElement>((long)clip * size.Length + token);
        for (int n = 0; n < size.States; n += Lanes128.Count)
        {
            var sum = Lanes128.Load(first + n);
            for (int part = 1; part < parts; part++) sum += Lanes128.Load(first + part * stride + n);
            PartialVector.Store(sum, row + n, size.States - n);
        }
    }
}
