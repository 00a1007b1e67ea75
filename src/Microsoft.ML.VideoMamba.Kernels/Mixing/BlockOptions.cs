namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>What a layer is told beside its tensors.</summary>
/// <param name="Epsilon">Added inside the norm's root.</param>
/// <param name="Centred">Whether the norm takes the mean off first: layer norm; else RMS norm.</param>
/// <param name="KeepLeast">Whether the backward pass computes the mixer's expansion and selection again.</param>
/// <param name="Slices">In how many parts of the batch the backward pass goes through the mixer; several only where the least is kept.</param>
/// <param name="Stream">Whether the stream is kept or handed on.</param>
internal sealed record BlockOptions(double Epsilon, bool Centred, bool KeepLeast, int Slices, StreamHandover Stream);
