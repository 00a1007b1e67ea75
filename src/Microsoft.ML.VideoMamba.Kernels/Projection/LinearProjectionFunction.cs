using Microsoft.ML.VideoMamba.Kernels.Autograd;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Projection;

/// <summary>The CPU face's place in torch's graph. First derivatives only.</summary>
internal sealed class LinearProjectionFunction : autograd.SingleTensorFunction<LinearProjectionFunction>
{
    private const string Width = "width";
    private const string HasBias = "bias";
    private const string WantsX = "x";

    public override string Name => nameof(LinearProjectionFunction);

    /// <summary>Takes x, weight, bias (or null) and the <see cref="SimdWidth"/>.</summary>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, bias, width) = ((Tensor)vars[0], ((Tensor)vars[1]).contiguous(), ((Tensor?)vars[2])?.contiguous(), (SimdWidth)vars[3]);
        ctx.save_data(WantsX, x.requires_grad);
        x = x.contiguous();
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([x, weight]);
        ctx.save_data(HasBias, bias is not null);
        ctx.save_data(Width, width);
        return LinearProjectionCpu.Forward(x, weight, bias, width);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => GradientScope.Run([grad_output], gradients =>
    {
        if (gradients[0] is not { } dy) return [null, null, null, null];
        var saved = ctx.get_saved_variables();
        var (dx, dWeight, dBias) = LinearProjectionCpu.Backward(
            saved[0], saved[1], (bool)ctx.get_data(HasBias), (bool)ctx.get_data(WantsX), dy.contiguous(), (SimdWidth)ctx.get_data(Width));
        return [dx, dWeight, dBias, null];
    });
}
