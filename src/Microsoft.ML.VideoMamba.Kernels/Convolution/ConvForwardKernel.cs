using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The convolutions of one input with bias and SiLU, in one or both directions. A piece is a run of steps of one clip, all channels.</summary>
/// <param name="size">The sizes.</param>
/// <param name="x">Inputs, (batch, length, channels).</param>
/// <param name="passes">The directions.</param>
/// <param name="y">Receives each direction's outputs, (batch, length, channels).</param>
internal sealed unsafe class ConvForwardKernel(ConvSize size, TensorRows x, IReadOnlyList<ConvPass> passes, IReadOnlyList<TensorRows> y) : ISimdKernel
{
    public int Pieces => size.Pieces * passes.Count;

    public int Channels => size.Channels;

    /// <inheritdoc/>
    public void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        int p = piece % passes.Count;
        var (clip, first, end) = size.Piece(piece / passes.Count);
        var pass = passes[p];
        pass.Convolve<TLanes, TElement>(size, x, clip, first, end, y[p].Row<TElement>(pass.Token(size, clip, first)), pass.Stride * y[p].Stride);
    }
}
