namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>What a convolution of the CUDA face is told beside its tensors.</summary>
/// <param name="Silu">Whether SiLU follows.</param>
/// <param name="Direction">Which end the convolution is causal from.</param>
internal sealed record CudaConvOptions(bool Silu, SequenceDirection Direction);
