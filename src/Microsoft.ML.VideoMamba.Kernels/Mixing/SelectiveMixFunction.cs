using Microsoft.ML.VideoMamba.Kernels.Autograd;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>The CPU face's place in torch's graph. First derivatives only.</summary>
internal sealed class SelectiveMixFunction : autograd.SingleTensorFunction<SelectiveMixFunction>
{
    private const string Width = "width";
    private const string Inputs = "inputs";

    public override string Name => nameof(SelectiveMixFunction);

    /// <summary>Takes xz, each direction's tensors and the <see cref="SimdWidth"/>.</summary>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (inputs, width) = (vars.SkipLast(1).Cast<Tensor>().ToList(), (SimdWidth)vars[^1]);
        var (y, state) = new MixPlan(inputs, width).Forward(keep: true);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([.. inputs, .. state!.ToList()]);
        ctx.save_data(Width, width);
        ctx.save_data(Inputs, inputs.Count);
        return y;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => GradientScope.Run([grad_output], gradients =>
    {
        int inputs = (int)ctx.get_data(Inputs);
        if (gradients[0] is not { } dy) return [.. Enumerable.Repeat<Tensor?>(null, inputs + 1)];
        var saved = ctx.get_saved_variables();
        var plan = new MixPlan([.. saved.Take(inputs)], (SimdWidth)ctx.get_data(Width));
        return [.. plan.Backward(MixState.FromList([.. saved.Skip(inputs)]), dy), null];
    });
}
