using Microsoft.ML.VideoMamba.Kernels.Autograd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>The CUDA face's place in torch's graph. First derivatives only.</summary>
internal sealed class NormCudaFunction : autograd.MultiTensorFunction<NormCudaFunction>
{
    private const string Options = "options";
    private const string HasBias = "bias";
    private const string HasResidual = "residual";
    private const string Type = "type";

    public override string Name => nameof(NormCudaFunction);

    /// <summary>Takes x, weight, bias (or null), residual (or null), <see cref="CudaNormOptions"/>; returns what <see cref="NormCuda.Forward"/> does.</summary>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var operands = NormOperands.Prepare((Tensor)vars[0], (Tensor)vars[1], (Tensor?)vars[2], (Tensor?)vars[3]);
        var options = (CudaNormOptions)vars[4];
        var outputs = NormCuda.Forward(operands, options);
        ctx.set_materialize_grads(false);

        // The sum is saved as a tensor apart from the output of the same memory, which would hold on to its own graph.
        ctx.save_for_backward([operands.SumIsInput ? operands.X : outputs[1].alias(), operands.Weight]);
        ctx.save_data(Options, options);
        ctx.save_data(HasBias, operands.Bias is not null);
        ctx.save_data(HasResidual, operands.Residual is not null);
        ctx.save_data(Type, operands.X.dtype);
        return outputs;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) => GradientScope.Run(grad_outputs, gradients =>
    {
        var saved = ctx.get_saved_variables();
        var (dx, dWeight, dBias, dResidual) = NormCuda.Backward(
            saved[0], saved[1], (ScalarType)ctx.get_data(Type), (CudaNormOptions)ctx.get_data(Options), gradients[0], gradients.ElementAtOrDefault(1));
        return [dx, dWeight, (bool)ctx.get_data(HasBias) ? dBias : null, (bool)ctx.get_data(HasResidual) ? dResidual : null, null];
    });
}
