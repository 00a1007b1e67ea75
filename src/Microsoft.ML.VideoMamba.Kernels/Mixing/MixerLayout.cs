namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>How a mixer's expansion, step sizes and outputs lie, in elements. Outputs of a token's directions lie side by side.</summary>
/// <param name="ExpansionRow">From one token's expansion to the next one's.</param>
/// <param name="X">Where in such a row x begins.</param>
/// <param name="Z">Where z does.</param>
/// <param name="DeltaRow">From one token's step sizes to the next one's.</param>
/// <param name="DeltaDirection">From one direction's step sizes to the other's.</param>
/// <param name="YRow">From one token's outputs to the next one's.</param>
internal readonly record struct MixerLayout(int ExpansionRow, int X, int Z, int DeltaRow, long DeltaDirection, int YRow)
{
    /// <summary>All in tensors of their own, which a backward pass needs: x and z, (tokens, 2 inner); delta, (directions, tokens, inner); y, (tokens, directions, inner).</summary>
    public static MixerLayout Apart(MixerShape shape) =>
        new(2 * shape.Inner, X: 0, Z: shape.Inner, shape.Inner, (long)shape.Tokens * shape.Inner, shape.Directions * shape.Inner);

    /// <summary>
    /// All in one tensor, (tokens, 1 + directions, inner): z, which in_proj then gives first, and where x was, which is not read after the convolution, the step
    /// sizes of each direction and in turn its outputs.
    /// </summary>
    public static MixerLayout Shared(MixerShape shape)
    {
        int row = (1 + shape.Directions) * shape.Inner;
        return new(row, X: shape.Inner, Z: 0, row, shape.Inner, row);
    }
}
