namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>What the kernel of <see cref="CudaSelection"/> is compiled for.</summary>
/// <param name="Channels">A multiple of 64.</param>
/// <param name="Selected">Columns of a selection, a multiple of 8.</param>
/// <param name="Directions">1 or 2; the first is causal from the start.</param>
/// <param name="XRow">Elements from one token's inputs to the next token's; a multiple of 8.</param>
internal readonly record struct CudaSelectionLayout(int Channels, int Selected, int Directions, int XRow);
