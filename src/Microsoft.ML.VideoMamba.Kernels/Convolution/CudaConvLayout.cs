namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>What the CUDA convolution is compiled for.</summary>
/// <param name="Channels">A multiple of 4.</param>
/// <param name="Float32">Whether activations are float32; else bfloat16.</param>
/// <param name="Taps">1 to 4.</param>
/// <param name="Directions">1 or 2.</param>
/// <param name="First">The end that the first direction is causal from.</param>
/// <param name="Silu">Whether SiLU follows.</param>
/// <param name="XRow">Elements from one token's inputs to the next token's; a multiple of 4.</param>
/// <param name="DxRow">The same for their gradient.</param>
internal readonly record struct CudaConvLayout(int Channels, bool Float32, int Taps, int Directions, SequenceDirection First, bool Silu, int XRow, int DxRow);
