using Microsoft.ML.VideoMamba.Kernels.Mixing;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>What a network learns, and how it cuts clips, as <see cref="RecordedNetwork"/> takes it.</summary>
/// <param name="Patches">How clips are cut.</param>
/// <param name="PatchWeight">(embed, pixels of a patch).</param>
/// <param name="Positions">Added to the embedded patches, bias included, (tokens, embed) float32; row 0 is the class token itself.</param>
/// <param name="Layers">Norm and mixer of each layer.</param>
/// <param name="FinalNorm">The norm ahead of the head.</param>
/// <param name="NormEpsilon">Added inside the norms' roots.</param>
/// <param name="HeadWeight">(classes, embed), or null for a network without a head.</param>
/// <param name="HeadBias">(classes), or null.</param>
public sealed record NetworkParameters(
    PatchGrid Patches,
    torch.Tensor PatchWeight,
    torch.Tensor Positions,
    IReadOnlyList<(NormParameters Norm, MixerParameters Mixer)> Layers,
    NormParameters FinalNorm,
    double NormEpsilon,
    torch.Tensor? HeadWeight,
    torch.Tensor? HeadBias);
