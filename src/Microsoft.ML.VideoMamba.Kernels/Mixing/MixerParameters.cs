using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>What a Mamba mixer learns, in the shapes of the published checkpoints.</summary>
/// <param name="InProj">in_proj.weight, (2 d_inner, embed_dim), in the activations' type: rows for x, then for the gate z.</param>
/// <param name="OutProj">out_proj.weight, (embed_dim, d_inner), in the activations' type.</param>
/// <param name="Forward">The direction from the first token.</param>
/// <param name="Reverse">The direction from the last token, or null for a mixer of one direction.</param>
public sealed record MixerParameters(torch.Tensor InProj, torch.Tensor OutProj, MixDirection Forward, MixDirection? Reverse)
{
    internal IReadOnlyList<torch.Tensor> Tensors => [InProj, OutProj, .. Forward.ToList(), .. Reverse?.ToList() ?? []];

    internal static MixerParameters From(IReadOnlyList<torch.Tensor> tensors)
    {
        var directions = tensors.Skip(2).Chunk(MixDirection.Count).Select(MixDirection.FromList).ToList();
        return new(tensors[0], tensors[1], directions[0], directions.ElementAtOrDefault(1));
    }
}
