using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>What a norm of the CPU face is told beside its tensors.</summary>
/// <param name="Epsilon">Added to the mean square.</param>
/// <param name="Centred">Whether the mean is taken off first: layer norm; else RMS norm.</param>
/// <param name="Width">The vectors to compute in.</param>
internal sealed record NormOptions(double Epsilon, bool Centred, SimdWidth Width);
