using Microsoft.ML.VideoMamba.Kernels.Autograd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>Both norms' place in torch's graph, whatever the face. First derivatives only.</summary>
internal sealed class NormFunction : autograd.MultiTensorFunction<NormFunction>
{
    private const string Face = "face";
    private const string HasBias = "bias";
    private const string HasResidual = "residual";
    private const string Type = "type";

    public override string Name => nameof(NormFunction);

    /// <summary>Adds and norms by a face, with a place in the graph where that is asked for.</summary>
    public static NormOutput Run(Tensor x, Tensor weight, Tensor? bias, Tensor? residual, INormFace face)
    {
        using var scope = NewDisposeScope();
        residual = residual?.to_type(ScalarType.Float32);
        Tensor?[] inputs = [x, weight, bias, residual];
        List<Tensor> outputs = is_grad_enabled() && inputs.Any(input => input is { requires_grad: true })
            ? apply([.. inputs, face])
            : face.Forward(NormOperands.Prepare(x, weight, bias, residual));
        var sum = outputs.Count > 1 ? outputs[1] : x.alias();
        return new NormOutput(outputs[0].MoveToOuterDisposeScope(), sum.MoveToOuterDisposeScope());
    }

    /// <summary>Takes x, weight, bias (or null), residual (or null) and the face; returns what <see cref="INormFace.Forward"/> does.</summary>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var operands = NormOperands.Prepare((Tensor)vars[0], (Tensor)vars[1], (Tensor?)vars[2], (Tensor?)vars[3]);
        var face = (INormFace)vars[4];
        var outputs = face.Forward(operands);
        ctx.set_materialize_grads(false);

        // The sum is saved as a tensor apart from the output of the same memory, which would hold on to its own graph.
        ctx.save_for_backward([operands.SumIsInput ? operands.X : outputs[1].alias(), operands.Weight]);
        ctx.save_data(Face, face);
        ctx.save_data(HasBias, operands.Bias is not null);
        ctx.save_data(HasResidual, operands.Residual is not null);
        ctx.save_data(Type, operands.X.dtype);
        return outputs;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) => GradientScope.Run(grad_outputs, gradients =>
    {
        var saved = ctx.get_saved_variables();
        var (dx, dWeight, dBias, dResidual) = ((INormFace)ctx.get_data(Face)).Backward(
            saved[0], saved[1], (ScalarType)ctx.get_data(Type), gradients[0], gradients.ElementAtOrDefault(1));
        return [dx, dWeight, (bool)ctx.get_data(HasBias) ? dBias : null, (bool)ctx.get_data(HasResidual) ? dResidual : null, null];
    });
}
