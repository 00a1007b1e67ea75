using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>The CUDA face of both norms.</summary>
internal sealed class NormCuda(CudaNormOptions options) : INormFace
{
    /// <summary>Whether the rows are narrow enough for the kernels; the reference takes the others.</summary>
    public static bool Takes(Tensor weight) => weight.shape[0] <= CudaNorm.MostChannels;

    /// <inheritdoc/>
    public List<Tensor> Forward(NormOperands operands)
    {
        var y = empty_like(operands.X);
        var sum = operands.SumIsInput ? null : empty_like(operands.X, ScalarType.Float32);
        Kernels(operands.X.dtype, operands.Weight).Forward(new NormForwardArguments
        {
            X = DeviceMemory.Address(operands.X),
            Residual = DeviceMemory.Address(operands.Residual),
            W = DeviceMemory.Address(operands.Weight),
            B = DeviceMemory.Address(operands.Bias),
            Y = DeviceMemory.Address(y),
            S = DeviceMemory.Address(sum),
            Rows = operands.Rows,
            ResidualRows = operands.Rows,
            XStep = 1,
            SStep = 1,
            RowsPerClip = 1,
            Epsilon = (float)options.Epsilon,
        });
        GC.KeepAlive(operands);
        return sum is null ? [y] : [y, sum];
    }

    /// <inheritdoc/>
    public (Tensor X, Tensor Weight, Tensor Bias, Tensor Residual) Backward(Tensor sum, Tensor weight, ScalarType type, Tensor? dy, Tensor? dSum)
    {
        (dy, dSum) = (dy?.contiguous() ?? zeros_like(sum, type), dSum?.contiguous());
        var dx = empty_like(sum, type);
        var dResidual = type == ScalarType.Float32 ? null : empty_like(sum);
        var kernels = Kernels(type, weight);
        long channels = weight.shape[0], rows = sum.NumberOfElements / channels;
        var partial = empty([2, kernels.PartialSums(rows), channels], ScalarType.Float32, sum.device);
        kernels.Backward(new NormBackwardArguments
        {
            S = DeviceMemory.Address(sum),
            Dy = DeviceMemory.Address(dy),
            DSIn = DeviceMemory.Address(dSum),
            W = DeviceMemory.Address(weight),
            DX = DeviceMemory.Address(dx),
            DS = DeviceMemory.Address(dResidual),
            DW = DeviceMemory.Address(partial),
            DB = DeviceMemory.Address(partial, partial.shape[1] * channels),
            Rows = rows,
            RowsPerClip = 1,
            Epsilon = (float)options.Epsilon,
        });
        GC.KeepAlive((sum, weight, dy, dSum));
        var sums = partial.sum([1]);
        return (dx, sums[0], sums[1], dResidual ?? dx);
    }

    private CudaNorm Kernels(ScalarType type, Tensor weight) =>
        CudaNorm.Get(CudaDevice.Of(weight), (int)weight.shape[0], type == ScalarType.Float32, options.Centred);
}
