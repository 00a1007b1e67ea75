using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>What a mixer's forward pass leaves.</summary>
/// <param name="Output">The result, (batch, length, embed).</param>
/// <param name="Kept">What its backward pass can start from.</param>
internal readonly record struct MixerPass(Tensor Output, MixerKept Kept);
