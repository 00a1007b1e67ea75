using Microsoft.ML.VideoMamba.Kernels.Autograd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The CUDA face's place in torch's graph. First derivatives only.</summary>
internal sealed class CausalConv1dCudaFunction : autograd.SingleTensorFunction<CausalConv1dCudaFunction>
{
    private const string Options = "options";

    public override string Name => nameof(CausalConv1dCudaFunction);

    /// <summary>Takes x, weight, bias (or null) and <see cref="CudaConvOptions"/>.</summary>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, bias, options) = (((Tensor)vars[0]).contiguous(), ((Tensor)vars[1]).contiguous(), ((Tensor?)vars[2])?.contiguous(), (CudaConvOptions)vars[3]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([x, weight, bias!]);
        ctx.save_data(Options, options);
        return CausalConv1dCuda.Forward(x, weight, bias, options);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => GradientScope.Run([grad_output], gradients =>
    {
        if (gradients[0] is not { } dy) return [null, null, null, null];
        List<Tensor?> saved = ctx.get_saved_variables()!;
        var (dx, dWeight, dBias) = CausalConv1dCuda.Backward(saved[0]!, saved[1]!, saved[2], (CudaConvOptions)ctx.get_data(Options)!, dy.contiguous());
        return [dx, dWeight, dBias, null];
    });
}
