using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>The CUDA face of both norms. Arguments are checked by the public entries.</summary>
internal static class NormCuda
{
    /// <summary>Whether the rows are narrow enough for the kernels; the reference takes the others.</summary>
    public static bool Takes(Tensor weight) => weight.shape[0] <= CudaNorm.MostChannels;

    public static NormOutput Run(Tensor x, Tensor weight, Tensor? bias, Tensor? residual, CudaNormOptions options)
    {
        using var scope = NewDisposeScope();
        residual = residual?.to_type(ScalarType.Float32);
        Tensor?[] inputs = [x, weight, bias, residual];
        List<Tensor> outputs = is_grad_enabled() && inputs.Any(input => input is { requires_grad: true })
            ? NormCudaFunction.apply([.. inputs, options])
            : Forward(NormOperands.Prepare(x, weight, bias, residual), options);
        var sum = outputs.Count > 1 ? outputs[1] : x.alias();
        return new NormOutput(outputs[0].MoveToOuterDisposeScope(), sum.MoveToOuterDisposeScope());
    }

    /// <summary>Runs the forward kernel.</summary>
    /// <returns>The normed sums, then the sums, unless these are x itself.</returns>
    public static List<Tensor> Forward(NormOperands operands, CudaNormOptions options)
    {
        var y = empty_like(operands.X);
        var sum = operands.SumIsInput ? null : empty_like(operands.X, ScalarType.Float32);
        Kernels(operands.X.dtype, operands.Weight, options).Forward(new NormForwardArguments
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

    /// <summary>Runs the backward kernel.</summary>
    /// <param name="sum">The sums, float32.</param>
    /// <param name="weight">The scale.</param>
    /// <param name="type">The type of x, y and dy.</param>
    /// <param name="options">How.</param>
    /// <param name="dy">Gradient of the normed sums, or null for zero.</param>
    /// <param name="dSum">Gradient of the sums as an output, or null for zero.</param>
    /// <returns>Gradients of x, weight, bias and residual; the last is x's own where both are float32.</returns>
    public static (Tensor X, Tensor Weight, Tensor Bias, Tensor Residual) Backward(Tensor sum, Tensor weight, ScalarType type, CudaNormOptions options, Tensor? dy, Tensor? dSum)
    {
        (dy, dSum) = (dy?.contiguous() ?? zeros_like(sum, type), dSum?.contiguous());
        var dx = empty_like(sum, type);
        var dResidual = type == ScalarType.Float32 ? null : empty_like(sum);
        var kernels = Kernels(type, weight, options);
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

    private static CudaNorm Kernels(ScalarType type, Tensor weight, CudaNormOptions options) =>
        CudaNorm.Get(CudaDevice.Of(weight), (int)weight.shape[0], type == ScalarType.Float32, options.Centred);
}
