using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>
/// A Mamba mixer, both directions, as one operation on a CUDA device: nine launches forward, and a backward pass that keeps only the input's expansion and the
/// selection. The result is that of the steps one by one (<see cref="Convolution.CausalConv1d"/>, <see cref="SelectiveScan"/> and the products between them).
/// </summary>
public static class FusedMixer
{
    private const int InnerMultiple = 8;

    /// <summary>Whether <see cref="Run"/> takes these: on a card that the kernels run on, d_state 16, d_inner a multiple of 8, matrices in the input's type and the rest in float32.</summary>
    /// <param name="hidden">The input, (batch, length, embed_dim).</param>
    /// <param name="parameters">What the mixer learnt.</param>
    public static bool Takes(Tensor hidden, MixerParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        return TakesOn(hidden.device, hidden.dtype, parameters);
    }

    /// <summary>The same for activations of a type on a device.</summary>
    internal static bool TakesOn(Device device, ScalarType type, MixerParameters parameters)
    {
        if (device.type != TorchSharp.DeviceType.CUDA || type is not (ScalarType.Float32 or ScalarType.BFloat16) || !CudaSupport.IsAvailable(device.index)) return false;
        MixDirection?[] directions = [parameters.Forward, parameters.Reverse];
        return parameters.OutProj.shape[1] % InnerMultiple == 0
            && parameters.InProj.dtype == type && parameters.OutProj.dtype == type
            && directions.OfType<MixDirection>().All(direction => direction.States == CudaScan.States
                && direction.XProj.dtype == type && direction.DtProj.dtype == type
                && new[] { direction.ConvWeight, direction.ConvBias, direction.DtBias, direction.ALog, direction.D }.All(tensor => tensor.dtype == ScalarType.Float32));
    }

    /// <summary>Mixes, differentiably.</summary>
    /// <param name="hidden">The input, (batch, length, embed_dim), float32 or bfloat16.</param>
    /// <param name="parameters">What the mixer learnt.</param>
    /// <returns>Shape and type of <paramref name="hidden"/>.</returns>
    /// <exception cref="ArgumentException"><see cref="Takes"/> says no.</exception>
    public static Tensor Run(Tensor hidden, MixerParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(parameters);
        if (!Takes(hidden, parameters)) throw new ArgumentException($"The fused mixer does not take {hidden.dtype} on {hidden.device} with these parameters: see {nameof(Takes)}.", nameof(hidden));
        using var scope = NewDisposeScope();
        var input = hidden.contiguous();
        var tensors = parameters.Tensors;
        if (is_grad_enabled() && (hidden.requires_grad || tensors.Any(tensor => tensor.requires_grad)))
        {
            return MixerFunction.apply([input, .. tensors.Select(tensor => tensor.contiguous())]).MoveToOuterDisposeScope();
        }

        var shape = MixerShape.Of(input, parameters);
        var packed = PackedMixer.Pack(CudaDevice.Of(input), MixerParameters.From([.. tensors.Select(tensor => tensor.contiguous())]), shape);
        return new MixerForward(packed, shape).Run(input).Output.MoveToOuterDisposeScope();
    }
}
