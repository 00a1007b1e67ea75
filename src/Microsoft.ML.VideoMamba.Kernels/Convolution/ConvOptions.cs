using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>What a convolution of the CPU face is told beside its tensors.</summary>
/// <param name="Silu">Whether SiLU follows.</param>
/// <param name="Direction">Which end the convolution is causal from.</param>
/// <param name="Width">The vectors to compute in.</param>
internal sealed record ConvOptions(bool Silu, SequenceDirection Direction, SimdWidth Width);
