using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The short causal depthwise convolution ahead of Mamba's scan, with its SiLU, differentiable in every tensor.</summary>
public static class CausalConv1d
{
    internal const int MaximumWidth = ConvSize.Taps;

    /// <summary>Convolves each channel along the sequence; the last tap lies on the current token, the others on those walked before it.</summary>
    /// <param name="x">Inputs, (batch, length, channels), float32 or bfloat16 (or float64, by the reference face), each axis from 1 up.</param>
    /// <param name="weight">Taps, (channels, width), width 1 to 4, float32 (float64 beside float64 inputs); a checkpoint's (channels, 1, width) without its middle axis.</param>
    /// <param name="bias">Added before the activation, (channels), float32, or null.</param>
    /// <param name="silu">Whether SiLU follows.</param>
    /// <param name="direction">Which end the convolution is causal from.</param>
    /// <param name="face">Which implementation runs.</param>
    /// <returns>Shape and type of <paramref name="x"/>. Tensors that are not contiguous are copied first.</returns>
    /// <exception cref="ArgumentException">A shape, a type or a device does not fit; the message names the argument and what it is.</exception>
    public static torch.Tensor Run(
        torch.Tensor x,
        torch.Tensor weight,
        torch.Tensor? bias = null,
        bool silu = true,
        SequenceDirection direction = SequenceDirection.Forward,
        KernelFace face = KernelFace.Auto)
    {
        TorchRuntime.EnsureLoaded();
        Check(x, weight, bias);
        return KernelFaces.Resolve(face, x, nameof(x)) switch
        {
            KernelFace.Cpu => CausalConv1dFunction.Run(x, weight, bias, new CausalConv1dCpu(new ConvOptions(silu, direction, SimdRunner.PreferredWidth))),
            KernelFace.Cuda => CausalConv1dCuda.Run(x, weight, bias, new CudaConvOptions(silu, direction)),
            _ => CausalConv1dReference.Run(x, weight, bias, silu, direction),
        };
    }

    private static void Check(torch.Tensor x, torch.Tensor weight, torch.Tensor? bias)
    {
        TensorArgument.RequireType(x, TensorArgument.Activations);
        TensorArgument.RequireShape(x, [("batch", null), ("length", null), ("channels", null)]);
        var (parameter, channels) = (TensorArgument.ParameterType(x.dtype), ("channels", x.shape[2]));
        TensorArgument.Require(weight, x, [parameter], [channels, ("width", null)]);
        if (weight.shape[1] > MaximumWidth) throw new ArgumentException($"{nameof(weight)} must have 1 to {MaximumWidth} taps; it has {weight.shape[1]}.", nameof(weight));
        if (bias is not null) TensorArgument.Require(bias, x, [parameter], [channels]);
    }
}
