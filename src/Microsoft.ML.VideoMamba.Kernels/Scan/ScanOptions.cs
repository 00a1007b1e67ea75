using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>What a scan of the CPU face is told beside its tensors.</summary>
/// <param name="DeltaSoftplus">Whether softplus is applied to delta.</param>
/// <param name="Direction">Which end the recurrence starts from.</param>
/// <param name="Width">The vectors to compute in.</param>
internal sealed record ScanOptions(bool DeltaSoftplus, SequenceDirection Direction, SimdWidth Width);
