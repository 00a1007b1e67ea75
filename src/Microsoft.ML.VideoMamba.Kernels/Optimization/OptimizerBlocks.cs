using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Optimization;

/// <summary>What a step reads and writes: blocks of the same size, float32 but for the rounded ones, on one card.</summary>
/// <param name="Values">The parameters.</param>
/// <param name="Gradients">Their gradients.</param>
/// <param name="FirstMoment">exp_avg.</param>
/// <param name="SecondMoment">exp_avg_sq.</param>
/// <param name="RoundedValues">Copies of the values in bfloat16 that a network runs on, or null.</param>
/// <param name="RoundedGradients">Their gradients, which are added to the others, or null.</param>
/// <param name="Average">The values' moving average, or null.</param>
public sealed record OptimizerBlocks(
    torch.Tensor Values,
    torch.Tensor Gradients,
    torch.Tensor FirstMoment,
    torch.Tensor SecondMoment,
    torch.Tensor? RoundedValues = null,
    torch.Tensor? RoundedGradients = null,
    torch.Tensor? Average = null);
