using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>The CPU face of both norms. Arguments are checked by the public entries.</summary>
internal static class NormCpu
{
    public static NormOutput Run(Tensor x, Tensor weight, Tensor? bias, Tensor? residual, NormOptions options)
    {
        using var scope = NewDisposeScope();
        residual = residual?.to_type(ScalarType.Float32);
        Tensor?[] inputs = [x, weight, bias, residual];
        List<Tensor> outputs = is_grad_enabled() && inputs.Any(input => input is { requires_grad: true })
            ? NormFunction.apply([.. inputs, options])
            : Forward(NormOperands.Prepare(x, weight, bias, residual), options);
        var sum = outputs.Count > 1 ? outputs[1] : x.alias();
        return new NormOutput(outputs[0].MoveToOuterDisposeScope(), sum.MoveToOuterDisposeScope());
    }

    /// <summary>Runs the forward kernel.</summary>
    /// <returns>The normed sums, then the sums, unless these are x itself.</returns>
    public static List<Tensor> Forward(NormOperands operands, NormOptions options)
    {
        var y = empty_like(operands.X);
        var sum = operands.SumIsInput ? null : empty_like(operands.X, ScalarType.Float32);
        SimdRunner.Run(new NormForwardKernel(operands, options, y, sum), options.Width, operands.X.dtype);
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
    public static (Tensor X, Tensor Weight, Tensor Bias, Tensor Residual) Backward(Tensor sum, Tensor weight, ScalarType type, NormOptions options, Tensor? dy, Tensor? dSum)
    {
        (dy, dSum) = (dy?.contiguous() ?? zeros_like(sum, type), dSum?.contiguous());
        var dx = empty_like(sum, type);
        var dResidual = type == ScalarType.Float32 ? null : empty_like(sum);
        long channels = weight.shape[0], pieces = NormKernel.PiecesOf(sum.NumberOfElements / channels);
        var (dWeight, dBias) = (empty(pieces, channels), empty(pieces, channels));
        SimdRunner.Run(new NormBackwardKernel(sum, weight, options, dy, dSum, dx, dResidual, dWeight, dBias), options.Width, type);
        GC.KeepAlive((sum, weight, dy, dSum));
        return (dx, dWeight.sum([0]), dBias.sum([0]), dResidual ?? dx);
    }
}
