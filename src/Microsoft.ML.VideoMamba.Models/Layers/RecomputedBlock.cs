using Microsoft.ML.VideoMamba.Kernels.Autograd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Layers;

/// <summary>
/// A block that keeps only its inputs for the backward pass and runs again there: less memory for about a third more time, where no layer runs as one operation
/// (<see cref="MambaBlock"/>), which does so itself for a few percent. Gradients, those of the parameters included, equal the plain block's, since nothing in a block is
/// random (drop path is drawn outside).
/// </summary>
internal sealed class RecomputedBlock : autograd.MultiTensorFunction<RecomputedBlock>
{
    private const string BlockKey = "block";

    public override string Name => nameof(RecomputedBlock);

    /// <summary>The result of <see cref="MambaBlock.Run"/>; drop path is done already.</summary>
    public static LayerOutput Run(MambaBlock block, BlockInput input)
    {
        var outputs = apply([block, input.Hidden, input.Residual!, .. block.parameters()]);
        return new LayerOutput(outputs[0], outputs[1]);
    }

    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (block, hidden, residual) = ((MambaBlock)vars[0], (Tensor)vars[1], (Tensor?)vars[2]);
        ctx.save_data(BlockKey, block);
        ctx.save_for_backward([hidden, residual!]);
        ctx.set_materialize_grads(false);
        var output = block.Run(new BlockInput(hidden, residual, DropPath: null));
        return [output.Hidden, output.Residual];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) => GradientScope.Run(grad_outputs, outputGradients =>
    {
        var block = (MambaBlock)ctx.get_data(BlockKey);
        var parameters = block.parameters().ToList();
        var saved = ctx.get_saved_variables();
        var (hidden, residual) = (Leaf(saved[0])!, Leaf(saved[1]));
        var inputs = new List<Tensor?> { hidden, residual };
        inputs.AddRange(parameters);

        LayerOutput output;
        using (enable_grad()) output = block.Run(new BlockInput(hidden, residual, DropPath: null));

        var reached = new[] { (Value: output.Hidden, Gradient: outputGradients[0]), (Value: output.Residual, Gradient: outputGradients[1]) }
            .Where(pair => pair.Value.requires_grad && pair.Gradient is not null).ToList();
        var wanted = inputs.Where(input => input is { requires_grad: true }).Select(input => input!).ToList();
        var gradients = reached.Count == 0 || wanted.Count == 0
            ? []
            : autograd.grad([.. reached.Select(pair => pair.Value)], wanted, [.. reached.Select(pair => pair.Gradient!)], allow_unused: true);

        var result = new List<Tensor?> { null };
        int next = 0;
        foreach (var input in inputs)
        {
            var gradient = gradients.Count > 0 && input is { requires_grad: true } ? gradients[next++] : null;
            result.Add(gradient is { IsInvalid: false } ? gradient : null);
        }

        return result;
    });

    private static Tensor? Leaf(Tensor? saved) => saved?.detach().requires_grad_(saved.requires_grad);
}
