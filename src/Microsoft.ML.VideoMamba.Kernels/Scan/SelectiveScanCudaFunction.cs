using Microsoft.ML.VideoMamba.Kernels.Autograd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The CUDA face's place in torch's graph. First derivatives only.</summary>
internal sealed class SelectiveScanCudaFunction : autograd.MultiTensorFunction<SelectiveScanCudaFunction>
{
    private const int Operands = 8;
    private const string Options = "options";

    public override string Name => nameof(SelectiveScanCudaFunction);

    /// <summary>Takes the tensors of <see cref="CudaScanOperands"/> (null where absent) and its options; returns y and the last states.</summary>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var options = (CudaScanOptions)vars[Operands];
        var operands = CudaScanOperands.Prepare([.. vars.Take(Operands).Select(tensor => (Tensor?)tensor)], options);
        var (outputs, kept) = SelectiveScanCuda.Forward(operands, keep: true);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([.. operands.ToList()!, kept!]);
        ctx.save_data(Options, options);
        return outputs;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) => GradientScope.Run(grad_outputs, gradients =>
    {
        List<Tensor?> saved = ctx.get_saved_variables()!;
        var operands = CudaScanOperands.Prepare(saved, (CudaScanOptions)ctx.get_data(Options)!);
        return [.. SelectiveScanCuda.Backward(operands, saved[Operands]!, gradients[0], gradients[1]), null];
    });
}
