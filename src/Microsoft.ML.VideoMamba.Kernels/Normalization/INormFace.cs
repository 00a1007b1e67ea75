using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>Both norms' kernels on one kind of device. Arguments are checked by the public entries.</summary>
internal interface INormFace
{
    /// <summary>Runs the forward kernel.</summary>
    /// <returns>The normed sums, then the sums, unless these are x itself.</returns>
    List<Tensor> Forward(NormOperands operands);

    /// <summary>Runs the backward kernel.</summary>
    /// <param name="sum">The sums, float32.</param>
    /// <param name="weight">The scale.</param>
    /// <param name="type">The type of x, y and dy.</param>
    /// <param name="dy">Gradient of the normed sums, or null for zero.</param>
    /// <param name="dSum">Gradient of the sums as an output, or null for zero.</param>
    /// <returns>Gradients of x, weight, bias and residual; the last is x's own where both are float32.</returns>
    (Tensor X, Tensor Weight, Tensor Bias, Tensor Residual) Backward(Tensor sum, Tensor weight, ScalarType type, Tensor? dy, Tensor? dSum);
}
