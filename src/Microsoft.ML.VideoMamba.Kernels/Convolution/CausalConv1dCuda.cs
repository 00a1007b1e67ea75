using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The CUDA face of the convolution. The kernels take channels by fours; other numbers are padded.</summary>
internal sealed class CausalConv1dCuda(CudaConvOptions options) : IConvFace
{
    private const int ChannelMultiple = 4;

    /// <summary>Convolves, differentiably.</summary>
    public static Tensor Run(Tensor x, Tensor weight, Tensor? bias, CudaConvOptions options)
    {
        using var scope = NewDisposeScope();
        long channels = x.shape[^1], more = (ChannelMultiple - channels % ChannelMultiple) % ChannelMultiple;
        if (more > 0)
        {
            (x, weight) = (nn.functional.pad(x, [0, more]), nn.functional.pad(weight, [0, 0, 0, more]));
            bias = bias is null ? null : nn.functional.pad(bias, [0, more]);
        }

        return CausalConv1dFunction.Run(x, weight, bias, new CausalConv1dCuda(options)).narrow(-1, 0, channels).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, Tensor weight, Tensor? bias)
    {
        var y = empty_like(x);
        Kernels(x, weight).Forward(new ConvForwardArguments
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

    /// <inheritdoc/>
    public (Tensor X, Tensor Weight, Tensor? Bias) Backward(Tensor x, Tensor weight, Tensor? bias, Tensor dy)
    {
        int batch = (int)x.shape[0], length = (int)x.shape[1], parts = CudaConv.PartialSums(batch, length);
        var dx = empty_like(x);
        var dWeight = empty([parts, weight.shape[0], weight.shape[1]], ScalarType.Float32, x.device);
        var dBias = empty([parts, weight.shape[0]], ScalarType.Float32, x.device);
        Kernels(x, weight).Backward(new ConvBackwardArguments
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

    private CudaConv Kernels(Tensor x, Tensor weight)
    {
        int channels = (int)x.shape[2];
        return CudaConv.Get(
            CudaDevice.Of(x),
            new CudaConvLayout(channels, x.dtype == ScalarType.Float32, (int)weight.shape[1], Directions: 1, options.Direction, options.Silu, channels, channels));
    }
}
