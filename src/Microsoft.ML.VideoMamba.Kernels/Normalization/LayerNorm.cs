using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>Layer norm over the last axis with a fused residual add, differentiable in every tensor.</summary>
public static class LayerNorm
{
    /// <summary>Adds the residual in float32 and norms the sum.</summary>
    /// <param name="x">Inputs, (…, channels), float32 or bfloat16 (or float64, by the reference face), each axis from 1 up.</param>
    /// <param name="weight">Scale, (channels), float32 (float64 beside float64 inputs, as the other parameters).</param>
    /// <param name="bias">Shift, (channels), float32, or null.</param>
    /// <param name="residual">Added first, shape of <paramref name="x"/>, float32 or its type, or null.</param>
    /// <param name="epsilon">Added to the variance; the model uses 1e-5 everywhere.</param>
    /// <param name="face">Which implementation runs.</param>
    /// <exception cref="ArgumentException">A shape, a type or a device does not fit, or epsilon is out of range; the message names the argument and what it is.</exception>
    public static NormOutput Run(
        torch.Tensor x, torch.Tensor weight, torch.Tensor? bias = null, torch.Tensor? residual = null, double epsilon = 1e-5, KernelFace face = KernelFace.Auto)
    {
        TorchRuntime.EnsureLoaded();
        NormArguments.Check(x, weight, bias, residual, epsilon);
        return KernelFaces.Resolve(face, x, nameof(x)) switch
        {
            KernelFace.Cpu => NormFunction.Run(x, weight, bias, residual, new NormCpu(new NormOptions(epsilon, Centred: true, SimdRunner.PreferredWidth))),
            KernelFace.Cuda when NormCuda.Takes(weight) => NormFunction.Run(x, weight, bias, residual, new NormCuda(new CudaNormOptions(epsilon, Centred: true))),
            _ => NormReference.Layer(x, weight, bias, residual, epsilon),
        };
    }
}
