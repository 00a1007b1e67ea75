using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Projection;

/// <summary>A network's head on a CUDA device: features to float32 scores, differentiably, without torch's own cuBLAS and what that takes of the card's memory.</summary>
public static class ClassScores
{
    /// <summary>Whether <see cref="Run"/> takes these: on a card that the kernels run on, features and weight of one type, float32 or bfloat16, and the bias float32.</summary>
    /// <param name="features">(batch, inputs).</param>
    /// <param name="weight">(classes, inputs).</param>
    /// <param name="bias">(classes).</param>
    public static bool Takes(Tensor features, Tensor weight, Tensor bias)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(bias);
        return features.device_type == TorchSharp.DeviceType.CUDA && features.dim() == 2 && features.dtype is ScalarType.Float32 or ScalarType.BFloat16 && weight.dtype == features.dtype
            && bias.dtype == ScalarType.Float32 && CudaSupport.IsAvailable(features.device_index);
    }

    /// <summary>Computes features weightᵀ + bias in float32.</summary>
    /// <param name="features">(batch, inputs).</param>
    /// <param name="weight">(classes, inputs).</param>
    /// <param name="bias">(classes).</param>
    /// <returns>(batch, classes), float32.</returns>
    /// <exception cref="ArgumentException"><see cref="Takes"/> says no, or a shape does not fit.</exception>
    public static Tensor Run(Tensor features, Tensor weight, Tensor bias)
    {
        if (!Takes(features, weight, bias)) throw new ArgumentException($"No scores of {features.dtype} on {features.device} with these parameters: see {nameof(Takes)}.", nameof(features));
        TensorArgument.RequireShape(features, [("batch", null), ("inputs", null)]);
        TensorArgument.Require(weight, features, [features.dtype], [("classes", null), ("inputs", features.shape[1])]);
        TensorArgument.Require(bias, features, [ScalarType.Float32], [("classes", weight.shape[0])]);
        using var scope = NewDisposeScope();
        Tensor[] inputs = [features.contiguous(), weight.contiguous(), bias.contiguous()];
        var scores = is_grad_enabled() && inputs.Any(input => input.requires_grad) ? ClassScoresFunction.apply(inputs) : ClassScoresFunction.Score(inputs[0], inputs[1], inputs[2]);
        return scores.MoveToOuterDisposeScope();
    }
}
