using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>The CPU face of both norms.</summary>
internal sealed class NormCpu(NormOptions options) : INormFace
{
    /// <inheritdoc/>
    public List<Tensor> Forward(NormOperands operands)
    {
        var y = empty_like(operands.X);
        var sum = operands.SumIsInput ? null : empty_like(operands.X, ScalarType.Float32);
        SimdRunner.Run(new NormForwardKernel(operands, options, y, sum), options.Width, operands.X.dtype);
        GC.KeepAlive(operands);
        return sum is null ? [y] : [y, sum];
    }

    /// <inheritdoc/>
    public (Tensor X, Tensor Weight, Tensor Bias, Tensor Residual) Backward(Tensor sum, Tensor weight, ScalarType type, Tensor? dy, Tensor? dSum)
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
