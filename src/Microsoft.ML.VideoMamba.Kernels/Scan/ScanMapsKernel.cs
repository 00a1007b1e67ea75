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

    public int Pieces => Cut.Count;

    public int Channels => size.MapWidth;

    private ClipPieces Cut => new(size.Batch, size.Length, TokensPerPiece);

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var (clip, first, end) = Cut[piece];
        float* sums = stackalloc float[size.MapWidth];
        for (int token = first; token < end; token++)
        {
            Add(clip, token, sums);
            long row = (long)clip * size.Length + token;
            ElementRow.Narrow(sums, size.States, dB.Row<TElement>(row));
            ElementRow.Narrow(sums + size.PaddedStates, size.States, dC.Row<TElement>(row));
        }
    }

    private void Add(int clip, int token, float* sums)
    {
        int parts = ScanBackwardKernel.PiecesPerClip(size);
        long stride = (long)size.Length * size.MapWidth;
        float* first = _parts + clip * parts * stride + (long)token * size.MapWidth;
        for (int n = 0; n < size.MapWidth; n += Lanes128.Count)
        {
            var sum = Lanes128.Load(first + n);
            for (int part = 1; part < parts; part++) sum += Lanes128.Load(first + part * stride + n);
            Lanes128.Store(sum, sums + n);
        }
    }
}
