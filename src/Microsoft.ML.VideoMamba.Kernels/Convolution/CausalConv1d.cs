using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The short causal depthwise convolution ahead of Mamba's scan, with its SiLU, differentiable in every tensor.</summary>
public static class CausalConv1d
{
    /// <summary>Convolves each channel along the sequence; the last tap lies on the current token, the others on those walked before it.</summary>
    /// <param name="x">Inputs, (batch, length, channels), float32 or bfloat16.</param>
    /// <param name="weight">Taps, (channels, width), width 1 to 4, float32; a checkpoint's (channels, 1, width) without its middle axis.</param>
    /// <param name="bias">Added before the activation, (channels), float32, or null.</param>
    /// <param name="silu">Whether SiLU follows.</param>
    /// <param name="direction">Which end the convolution is causal from.</param>
    /// <param name="face">Which implementation runs.</param>
    /// <returns>Shape and type of <paramref name="x"/>.</returns>
    /// <exception cref="ArgumentException">A shape, a type or a device does not fit.</exception>
    public static torch.Tensor Run(
        torch.Tensor x,
        torch.Tensor weight,
        torch.Tensor? bias = null,
        bool silu = true,
        SequenceDirection direction = SequenceDirection.Forward,
        KernelFace face = KernelFace.Auto)
    {
        TorchRuntime.EnsureLoaded();
        return CausalConv1dReference.Run(x, weight, bias, silu, direction);
    }
}
