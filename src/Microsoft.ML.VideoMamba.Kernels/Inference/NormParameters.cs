using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>What a norm learns, float32.</summary>
/// <param name="Weight">Scale, (embed).</param>
/// <param name="Bias">Shift, (embed), for layer norm; null for root-mean-square norm.</param>
public sealed record NormParameters(torch.Tensor Weight, torch.Tensor? Bias);
