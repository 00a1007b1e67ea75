using Microsoft.ML.VideoMamba.Kernels.Autograd;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>A whole layer's place in torch's graph: one node that keeps little and computes the rest again. First derivatives only.</summary>
internal sealed class BlockFunction : autograd.MultiTensorFunction<BlockFunction>
{
    /// <summary>Inputs ahead of the mixer's parameters: hidden, residual, scale, the norm's weight and bias.</summary>
    private const int Inputs = 5;

    /// <summary>Tensors that are saved ahead of the mixer's: sum, hidden, scale, the norm's weight and bias.</summary>
    private const int Saved = 5;

    private const string Options = "options";
    private const string Shape = "shape";
    private const string HasHidden = "hidden";
    private const string Parameters = "parameters";

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
        ctx.set_materialize_grads(false);

        // The sum is saved as a tensor apart from the output of the same memory, which would hold on to its own graph. Parameters take no memory, packed ones do.
        ctx.save_for_backward([
            options.Stream.Takes ? null! : sum.alias(), options.Stream.Leaves ? inputs[0]! : null!, inputs[2]!, inputs[3]!, inputs[4]!,
            .. (options.KeepLeast ? pass.Kept.Least : pass.Kept).ToList()!, .. options.KeepLeast ? inputs[Inputs..]! : packed.ToList(),
        ]);
        ctx.save_data(Options, options);
        ctx.save_data(Shape, shape);
        ctx.save_data(HasHidden, inputs[0] is not null);
        ctx.save_data(Parameters, ParameterGradients.AddressesOf([.. inputs[Inputs..], inputs[3], inputs[4]]));
        return inputs[0] is null ? [pass.Output] : [pass.Output, sum];
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs) => GradientScope.Run(grad_outputs, gradients =>
    {
        List<Tensor?> saved = ctx.get_saved_variables()!;
        var (options, shape) = ((BlockOptions)ctx.get_data(Options), (MixerShape)ctx.get_data(Shape));
        var (hidden, scale, weight, bias) = (saved[1], saved[2], saved[3]!, saved[4]);
        using var taken = options.Stream.Takes ? options.Stream.Tape!.Take() : null;
        var sum = taken ?? saved[0]!;
        var norm = new BlockNorm(weight, bias, scale, options, shape);
        var parameters = new ParameterGradients((nint[])ctx.get_data(Parameters), sum.device);
        int firstOfMixer = Saved + MixerKept.Count, ofMixer = 2 + shape.Directions * MixDirection.Count;
        var packed = options.KeepLeast
            ? PackedMixer.Pack(CudaDevice.Of(sum), MixerParameters.From([.. saved.Skip(firstOfMixer).Select(tensor => tensor!)]), shape)
            : PackedMixer.FromList(saved!, firstOfMixer);

        var normed = norm.Forward(null, sum, null);
        var dOut = gradients[0]?.contiguous() ?? zeros_like(normed);
        var kept = MixerKept.FromList(saved, Saved);
        var dNormed = options.Slices == 1 ? new MixerBackward(packed, shape, parameters).Run(normed, kept, dOut) : RunInSlices(options.Slices, packed, shape, parameters, normed, kept.FirstStates, dOut);

        // A stream that was handed to this layer is no one else's: what it becomes may take its place.
        var before = options.Stream.Leaves ? taken ?? empty_like(sum) : null;
        var (dHidden, dResidual) = norm.Backward(sum, dNormed, gradients.ElementAtOrDefault(1)?.contiguous(), (bool)ctx.get_data(HasHidden), hidden, before, parameters, ofMixer);
        parameters.LaunchSums();
        if (before is not null) options.Stream.Tape!.Leave(before);
        return [dHidden, dResidual, null, parameters.Tensors[ofMixer], parameters.Tensors[ofMixer + 1], .. parameters.Tensors.Take(ofMixer), null];
    });

    /// <summary>The mixer's backward pass for parts of the batch, one after the other: what it takes beside its result is that of one part.</summary>
    private static Tensor RunInSlices(int slices, PackedMixer packed, MixerShape shape, ParameterGradients parameters, Tensor normed, Tensor? firstStates, Tensor dOut)
    {
        int againChunk = new CudaMixer(CudaDevice.Of(normed), shape, MixerLayout.Apart(shape)).AgainChunk, clips = shape.Batch / slices;
        var dNormed = empty_like(normed);
        for (int first = 0; first < shape.Batch; first += clips)
        {
            Tensor Part(Tensor of) => of.narrow(0, first, clips);
            using var states = firstStates?.narrow(1, first, clips).contiguous();
            new MixerBackward(packed, shape with { Batch = clips }, parameters, againChunk).Run(Part(normed), new MixerKept(null, null, states), Part(dOut), Part(dNormed));
            parameters.LaunchSums();
        }

        return dNormed;
    }
}
