using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Embedding;

/// <summary>What turns patches into tokens, all but the patches' weight float32.</summary>
/// <param name="Weight">(embed, pixels of a patch), in the activations' type.</param>
/// <param name="Bias">(embed).</param>
/// <param name="ClassToken">embed numbers.</param>
/// <param name="Spatial">(1 + patches of a frame) · embed numbers: the class token's position, then each patch's.</param>
/// <param name="Temporal">(temporal positions) · embed numbers, or null for images.</param>
public sealed record EmbeddingParameters(torch.Tensor Weight, torch.Tensor Bias, torch.Tensor ClassToken, torch.Tensor Spatial, torch.Tensor? Temporal)
{
    internal IReadOnlyList<torch.Tensor?> Tensors => [Weight, Bias, ClassToken, Spatial, Temporal];

    internal static EmbeddingParameters From(IReadOnlyList<torch.Tensor?> tensors) => new(tensors[0]!, tensors[1]!, tensors[2]!, tensors[3]!, tensors[4]);
}
