using Microsoft.ML.VideoMamba.Kernels.Autograd;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>A whole layer's place in torch's graph: one node that keeps little and computes the rest again. First derivatives only.</summary>
internal sealed class BlockFunction : autograd.MultiTensorFunction<BlockFunction>
{
    /// <summary>Inputs ahead of the mixer's parameters: hidden, residual, scale, the norm's weight and bias.</summary>
    private const int Inputs = 5;

    private const string Options = "options";
    private const string Shape = "shape";
    private const string HasHidden = "hidden";

    public override string Name => nameof(BlockFunction);

    /// <summary>Runs a layer.</summary>
    /// <param name="inputs">The inputs and the parameters in the order of <see cref="MixerParameters.Tensors"/>, contiguous; null for what is absent.</param>
    /// <param name="options">How.</param>
    /// <returns>What the mixer leaves, the sum (the residual itself where nothing is added), and what was made of the inputs on the way.</returns>
    public static (MixerPass Mixer, Tensor Sum, PackedMixer Packed, MixerShape Shape) Run(IReadOnlyList<Tensor?> inputs, BlockOptions options)
    {
        var (hidden, residual) = (inputs[0], inputs[1]!);
        var parameters = MixerParameters.From([.. inputs.Skip(Inputs).Select(input => input!)]);
        var shape = MixerShape.Of(residual, parameters);
        var packed = PackedMixer.Pack(CudaDevice.Of(residual), parameters, shape);
        var sum = hidden is null ? residual.alias() : empty_like(residual);
        using var normed = new BlockNorm(inputs[3]!, inputs[4], inputs[2], options, shape).Forward(hidden, residual, hidden is null ? null : sum);
        return (new MixerForward(packed, shape).Run(normed), sum, packed, shape);
    }

    /// <summary>Takes the inputs and options of <see cref="Run"/>; returns the mixer's result and, unless it is the residual itself, the sum.</summary>
    public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
    {
        Tensor?[] inputs = [.. vars[..^1].Select(input => (Tensor?)input)];
        var options = (BlockOptions)vars[^1];
        var (pass, sum, packed, shape) = Run(inputs, options);
        var kept = options.KeepLeast ? pass.Kept.Least : pass.Kept;
        ctx.set_materialize_grads(false);

        // The sum is saved as a tensor apart from the output of the same memory, which would hold on to its own graph.
        ctx.save_for_backward([sum.alias(), inputs[2]!, inputs[3]!, inputs[4]!, .. kept.ToList()!, .. packed.ToList()]);
        ctx.save_data(Options, options);
        ctx.save_data(Shape, shape);
        ctx.save_data(HasHidden, inputs[0] is not null);
        return inputs[0] is null ? [pass.Output] : [pass.Output, sum];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) => GradientScope.Run(grad_outputs, gradients =>
    {
        List<Tensor?> saved = ctx.get_saved_variables()!;
        var shape = (MixerShape)ctx.get_data(Shape);
        var (sum, scale, weight, bias) = (saved[0]!, saved[1], saved[2]!, saved[3]);
        var norm = new BlockNorm(weight, bias, scale, (BlockOptions)ctx.get_data(Options), shape);
        var sums = new GradientSums();

        var normed = norm.Forward(null, sum, null);
        var dOut = gradients[0]?.contiguous() ?? zeros_like(normed);
        var ofMixer = new MixerBackward(PackedMixer.FromList(saved!, 4 + MixerKept.Count), shape, sums).Run(normed, MixerKept.FromList(saved, 4), dOut);
        var (dHidden, dResidual, dWeight, dBias) = norm.Backward(sum, ofMixer[0]!, gradients.ElementAtOrDefault(1)?.contiguous(), (bool)ctx.get_data(HasHidden), sums);
        sums.Launch(CudaDevice.Of(sum));
        return [dHidden, dResidual, null, dWeight, dBias, .. ofMixer.Skip(1), null];
    });
}
