using Microsoft.ML.VideoMamba.Kernels.Autograd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The convolution's place in torch's graph, whatever the face. First derivatives only.</summary>
internal sealed class CausalConv1dFunction : autograd.SingleTensorFunction<CausalConv1dFunction>
{
    private const string Face = "face";

    public override string Name => nameof(CausalConv1dFunction);

    /// <summary>Convolves by a face, with a place in the graph where that is asked for.</summary>
    public static Tensor Run(Tensor x, Tensor weight, Tensor? bias, IConvFace face)
    {
        using var scope = NewDisposeScope();
        bool differentiable = is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias is { requires_grad: true });
        var y = differentiable ? apply(x, weight, bias!, face) : face.Forward(x.contiguous(), weight.contiguous(), bias?.contiguous());
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>Takes x, weight, bias (or null) and the face.</summary>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, bias, face) = (((Tensor)vars[0]).contiguous(), ((Tensor)vars[1]).contiguous(), ((Tensor?)vars[2])?.contiguous(), (IConvFace)vars[3]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([x, weight, bias!]);
        ctx.save_data(Face, face);
        return face.Forward(x, weight, bias);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => GradientScope.Run([grad_output], gradients =>
    {
        if (gradients[0] is not { } dy) return [null, null, null, null];
        List<Tensor?> saved = ctx.get_saved_variables()!;
        var (dx, dWeight, dBias) = ((IConvFace)ctx.get_data(Face)).Backward(saved[0]!, saved[1]!, saved[2], dy.contiguous());
        return [dx, dWeight, dBias, null];
    });
}
