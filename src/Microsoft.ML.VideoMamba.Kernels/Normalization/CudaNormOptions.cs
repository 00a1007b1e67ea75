namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>What a norm of the CUDA face is told beside its tensors.</summary>
/// <param name="Epsilon">Added to the mean square.</param>
/// <param name="Centred">Whether the mean is taken off first: layer norm; else RMS norm.</param>
internal sealed record CudaNormOptions(double Epsilon, bool Centred);
