using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>What a norm with a fused residual add returns.</summary>
/// <param name="Y">The normed sum, in the input's type.</param>
/// <param name="Residual">The sum itself (not normed), float32: the residual stream for the next layer.</param>
public readonly record struct NormOutput(torch.Tensor Y, torch.Tensor Residual);
