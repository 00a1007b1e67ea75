using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models;

/// <summary>Scores and features of one pass.</summary>
/// <param name="Logits">(batch, classes), float32; the class token where the model has no head.</param>
/// <param name="Embedding">The features asked for, float32, in the shape that <see cref="PoolingKind"/> states.</param>
public readonly record struct ModelOutput(Tensor Logits, Tensor Embedding);
