using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>Layer norm over the last axis with a fused residual add, differentiable in every tensor.</summary>
public static class LayerNorm
{
    /// <summary>Adds the residual in float32 and norms the sum.</summary>
    /// <param name="x">Inputs, (…, channels), float32 or bfloat16.</param>
    /// <param name="weight">Scale, (channels), float32.</param>
    /// <param name="bias">Shift, (channels), float32, or null.</param>
    /// <param name="residual">Added first, shape of <paramref name="x"/>, or null.</param>
    /// <param name="epsilon">Added to the variance; the model uses 1e-5 everywhere.</param>
    /// <param name="face">Which implementation runs.</param>
    /// <exception cref="ArgumentException">A shape, a type or a device does not fit.</exception>
    public static NormOutput Run(
        torch.Tensor x, torch.Tensor weight, torch.Tensor? bias = null, torch.Tensor? residual = null, double epsilon = 1e-5, KernelFace face = KernelFace.Auto)
    {
        TorchRuntime.EnsureLoaded();
        return NormReference.Layer(x, weight, bias, residual, epsilon);
    }
}
