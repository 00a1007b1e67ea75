using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Projection;

/// <summary>The linear map of a row of channels, differentiable in every tensor.</summary>
public static class LinearProjection
{
    /// <summary>Computes y = x weightᵀ + bias.</summary>
    /// <param name="x">Inputs, (…, inputs), float32 or bfloat16 (or float64, by the reference face), each axis from 1 up.</param>
    /// <param name="weight">(outputs, inputs), type of <paramref name="x"/>.</param>
    /// <param name="bias">(outputs), type of <paramref name="x"/>, or null.</param>
    /// <param name="face">Which implementation runs: torch's own products are the reference, and all there is for bfloat16.</param>
    /// <returns>(…, outputs). Tensors that are not contiguous are copied first.</returns>
    /// <exception cref="ArgumentException">A shape, a type or a device does not fit; the message names the argument and what it is.</exception>
    public static Tensor Run(Tensor x, Tensor weight, Tensor? bias = null, KernelFace face = KernelFace.Auto)
    {
        TorchRuntime.EnsureLoaded();
        TensorArgument.RequireType(x, TensorArgument.Activations);
        TensorArgument.RequireShape(x, [.. x.shape.SkipLast(1).Select((_, i) => ($"axis {i}", (long?)null)), ("inputs", null)]);
        TensorArgument.Require(weight, x, [x.dtype], [("outputs", null), ("inputs", x.shape[^1])]);
        if (bias is not null) TensorArgument.Require(bias, x, [x.dtype], [("outputs", weight.shape[0])]);
        return KernelFaces.Resolve(face, x, nameof(x)) == KernelFace.Cpu && x.dtype == ScalarType.Float32
            ? LinearProjectionCpu.Run(x, weight, bias, SimdRunner.PreferredWidth)
            : nn.functional.linear(x, weight, bias!);
    }
}
