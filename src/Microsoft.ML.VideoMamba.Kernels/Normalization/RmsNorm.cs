using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>Root-mean-square norm over the last axis with a fused residual add, differentiable in every tensor.</summary>
public static class RmsNorm
{
    /// <summary>Adds the residual in float32 and norms the sum.</summary>
    /// <param name="x">Inputs, (…, channels), float32 or bfloat16.</param>
    /// <param name="weight">Scale, (channels), float32.</param>
    /// <param name="residual">Added first, shape of <paramref name="x"/>, or null.</param>
    /// <param name="epsilon">Added inside the root; the model uses 1e-5 everywhere.</param>
    /// <param name="face">Which implementation runs.</param>
    /// <exception cref="ArgumentException">A shape, a type or a device does not fit.</exception>
    public static NormOutput Run(torch.Tensor x, torch.Tensor weight, torch.Tensor? residual = null, double epsilon = 1e-5, KernelFace face = KernelFace.Auto)
    {
        TorchRuntime.EnsureLoaded();
        return NormReference.Rms(x, weight, residual, epsilon);
    }
}
