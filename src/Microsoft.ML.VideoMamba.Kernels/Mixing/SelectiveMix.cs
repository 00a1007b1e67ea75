using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>A mixer between its input and its output projection, both directions in one: convolution, selection, scan and gate, differentiable in every tensor.</summary>
public static class SelectiveMix
{
    /// <summary>Computes (sum over the directions of scan(u, softplus(DtProj dt + DtBias), -exp(ALog), B, C, D)) silu(z), with u = silu(conv x) and (dt, B, C) = XProj u.</summary>
    /// <param name="xz">Inputs x and gate z side by side, (batch, length, 2 channels), float32 or bfloat16 (or float64, by the reference face), each axis from 1 up.</param>
    /// <param name="forward">Parameters of the direction from the first token to the last.</param>
    /// <param name="reverse">Parameters of the direction from the last token to the first, or null for none.</param>
    /// <param name="face">Which implementation runs.</param>
    /// <returns>(batch, length, channels), <paramref name="xz"/>'s type. Tensors that are not contiguous are copied first.</returns>
    /// <remarks>Source: VideoMamba (arXiv 2403.06977), figure 2; the block is Vision Mamba's.</remarks>
    /// <exception cref="ArgumentException">A shape, a type or a device does not fit; the message names the argument and what it is.</exception>
    public static Tensor Run(Tensor xz, MixDirection forward, MixDirection? reverse = null, KernelFace face = KernelFace.Auto)
    {
        TorchRuntime.EnsureLoaded();
        ArgumentNullException.ThrowIfNull(forward);
        Check(xz, forward, nameof(forward));
        if (reverse is not null) Check(xz, reverse, nameof(reverse));
        return KernelFaces.Resolve(face, xz, nameof(xz)) switch
        {
            KernelFace.Cpu => SelectiveMixCpu.Run(xz, forward, reverse, SimdRunner.PreferredWidth),
            KernelFace.Cuda => SelectiveMixCuda.Run(xz, forward, reverse),
            _ => SelectiveMixReference.Run(xz, forward, reverse),
        };
    }

    private static void Check(Tensor xz, MixDirection direction, string name)
    {
        TensorArgument.RequireType(xz, TensorArgument.Activations);
        TensorArgument.RequireShape(xz, [("batch", null), ("length", null), ("2 channels", null)]);
        if (xz.shape[2] % 2 != 0) throw new ArgumentException($"{nameof(xz)} must have an even number of columns, x and z side by side; it has {xz.shape[2]}.", nameof(xz));
        ScalarType[] activation = [xz.dtype], parameter = [TensorArgument.ParameterType(xz.dtype)];
        var channels = ("channels", (long?)(xz.shape[2] / 2));
        Require(direction.ALog, parameter, [channels, ("d_state", null)], nameof(direction.ALog));
        Require(direction.DtProj, activation, [channels, ("dt_rank", null)], nameof(direction.DtProj));
        Require(direction.XProj, activation, [("dt_rank + 2 d_state", direction.Rank + 2 * direction.States), channels], nameof(direction.XProj));
        Require(direction.ConvWeight, parameter, [channels, ("width", null)], nameof(direction.ConvWeight));
        Require(direction.ConvBias, parameter, [channels], nameof(direction.ConvBias));
        Require(direction.DtBias, parameter, [channels], nameof(direction.DtBias));
        Require(direction.D, parameter, [channels], nameof(direction.D));
        if (direction.ConvWeight.shape[1] > Convolution.CausalConv1d.MaximumWidth)
        {
            throw new ArgumentException($"{name}.{nameof(direction.ConvWeight)} must have 1 to {Convolution.CausalConv1d.MaximumWidth} taps; it has {direction.ConvWeight.shape[1]}.", name);
        }

        void Require(Tensor tensor, ScalarType[] types, ReadOnlySpan<(string Axis, long? Size)> axes, string member) =>
            TensorArgument.Require(tensor, xz, types, axes, $"{name}.{member}");
    }
}
