using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.MatrixProducts;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>
/// Convolution and selection in one: (dt | B | C) = XProj silu(conv x) for a run of steps whose convolved inputs stay in the second cache and are
/// written only where they are to be kept. A piece is such a run of one clip in one direction.
/// </summary>
/// <param name="size">The convolution's sizes.</param>
/// <param name="x">Inputs, (batch, length, channels).</param>
/// <param name="passes">The directions.</param>
/// <param name="weights">Each direction's XProj, for inputs of x's type.</param>
/// <param name="selections">Receives each direction's (dt | B | C), (batch · length, columns).</param>
/// <param name="inputs">Receives each direction's convolved inputs, (batch · length, channels), or null where they are not kept.</param>
internal sealed unsafe class MixSelectKernel(
    ConvSize size, TensorRows x, IReadOnlyList<ConvPass> passes, IReadOnlyList<IPackedMatrix> weights, IReadOnlyList<TensorRows> selections, IReadOnlyList<TensorRows>? inputs = null) : ISimdKernel
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
        using var scratch = Scratch.Rent();
        long token = passes[p].Token(size, clip, first);
        var u = inputs?[p].From(token, passes[p].Stride) ?? new TensorRows(scratch.Take(ConvSize.TokensPerPiece * size.Channels), sizeof(TElement), size.Channels);
        passes[p].Convolve<TLanes, TElement>(size, x, clip, first, end, u.Row<TElement>(0), u.Stride);
        weights[p].Multiply<TLanes>(u, selections[p].From(token, passes[p].Stride), 0, end - first, 0, weights[p].Panels, scratch);
    }
}
