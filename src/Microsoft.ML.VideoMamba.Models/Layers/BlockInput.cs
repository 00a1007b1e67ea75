using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Layers;

/// <summary>What a block starts from.</summary>
/// <param name="Hidden">The mixer's result of the layer before, or the embedded tokens; (batch, tokens, embed_dim).</param>
/// <param name="Residual">The stream before that result, float32, or null ahead of the first layer.</param>
/// <param name="DropPath">A factor of each sample's hidden, (batch) float32, or null for 1.</param>
public readonly record struct BlockInput(Tensor Hidden, Tensor? Residual, Tensor? DropPath)
{
    /// <summary>The same with drop path done.</summary>
    internal BlockInput Dropped() => new(Hidden.Scaled(DropPath), Residual, null);
}
