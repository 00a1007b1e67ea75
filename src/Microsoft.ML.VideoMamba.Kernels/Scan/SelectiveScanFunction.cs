using Microsoft.ML.VideoMamba.Kernels.Autograd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The CPU face's place in torch's graph. First derivatives only.</summary>
internal sealed class SelectiveScanFunction : autograd.MultiTensorFunction<SelectiveScanFunction>
{
    private const string Options = "options";

    public override string Name => nameof(SelectiveScanFunction);

    /// <summary>Takes the nine tensors of the scan (null where absent) and its <see cref="ScanOptions"/>; returns y and the last state.</summary>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var tensors = vars.Take(9).Select(tensor => (Tensor?)tensor).ToArray();
        var options = (ScanOptions)vars[9];
        var operands = ScanOperands.Prepare(
            tensors[0]!, tensors[1]!, tensors[2]!, tensors[3]!, tensors[4]!, tensors[5], tensors[6], tensors[7], tensors[8]);
        var kept = ScanCheckpoints.Empty(operands.Size(options.Width), directions: 1, gated: operands.Z is not null);
        var (y, lastState) = SelectiveScanCpu.Forward(operands, options, kept);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([.. operands.ToList()!, kept.States[0], kept.Sums!]);
        ctx.save_data(Options, options);
        return [y, lastState];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) => GradientScope.Run(grad_outputs, gradients =>
    {
        List<Tensor?> saved = ctx.get_saved_variables()!;
        var options = (ScanOptions)ctx.get_data(Options)!;
        var found = SelectiveScanCpu.Backward(ScanOperands.FromList(saved), options, new ScanCheckpoints([saved[^2]!], saved[^1]), gradients[0], gradients[1]);
        return [.. found, null];
    });
}
