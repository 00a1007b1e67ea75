using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The CUDA face of the convolution. The kernels take channels by fours; other numbers are padded. Arguments are checked by the public entry.</summary>
internal static class CausalConv1dCuda
{
    private const int ChannelMultiple = 4;

    public static Tensor Run(Tensor x, Tensor weight, Tensor? bias, CudaConvOptions options)
    {
        using var scope = NewDisposeScope();
        long channels = x.shape[^1], more = (ChannelMultiple - channels % ChannelMultiple) % ChannelMultiple;
        if (more > 0)
        {
            (x, weight) = (nn.functional.pad(x, [0, more]), nn.functional.pad(weight, [0, 0, 0, more]));
            bias = bias is null ? null : nn.functional.pad(bias, [0, more]);
        }

        bool differentiable = is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias is { requires_grad: true });
        var y = differentiable
            ? CausalConv1dCudaFunction.apply(x, weight, bias!, options)
            : Forward(x.contiguous(), weight.contiguous(), bias?.contiguous(), options);
        return y.narrow(-1, 0, channels).MoveToOuterDisposeScope();
    }

    /// <summary>Runs the forward kernel on contiguous tensors.</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias, CudaConvOptions options)
    {
        var y = empty_like(x);
        Kernels(x, weight, options).Forward(new ConvForwardArguments
        {
            X = DeviceMemory.Address(x),
            W = DeviceMemory.Address(weight),
            B = DeviceMemory.Address(bias),
            U = DeviceMemory.Address(y),
            Batch = (int)x.shape[0],
            Length = (int)x.shape[1],
        });
        GC.KeepAlive((x, weight, bias));
        return y;
    }

    /// <summary>Runs the backward kernel on contiguous tensors and returns the gradients of x, weight and bias.</summary>
    public static (Tensor X, Tensor Weight, Tensor? Bias) Backward(Tensor x, Tensor weight, Tensor? bias, CudaConvOptions options, Tensor dy)
    {
        int batch = (int)x.shape[0], length = (int)x.shape[1], parts = CudaConv.PartialSums(batch, length);
        var dx = empty_like(x);
        var dWeight = empty([parts, weight.shape[0], weight.shape[1]], ScalarType.Float32, x.device);
        var dBias = empty([parts, weight.shape[0]], ScalarType.Float32, x.device);
        Kernels(x, weight, options).Backward(new ConvBackwardArguments
        {
            X = DeviceMemory.Address(x),
            W = DeviceMemory.Address(weight),
            B = DeviceMemory.Address(bias),
            DU = DeviceMemory.Address(dy),
            DX = DeviceMemory.Address(dx),
            DW = DeviceMemory.Address(dWeight),
            DB = DeviceMemory.Address(dBias),
            Batch = batch,
            Length = length,
        });
        GC.KeepAlive((x, weight, bias, dy));
        return (dx, dWeight.sum([0]), bias is null ? null : dBias.sum([0]));
    }

    private static CudaConv Kernels(Tensor x, Tensor weight, CudaConvOptions options)
    {
        int channels = (int)x.shape[2];
        return CudaConv.Get(
            CudaDevice.Of(x),
            new CudaConvLayout(channels, x.dtype == ScalarType.Float32, (int)weight.shape[1], Directions: 1, options.Direction, options.Silu, channels, channels));
    }
}
