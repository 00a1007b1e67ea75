using Microsoft.ML.VideoMamba.Kernels.Autograd;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>A whole mixer's place in torch's graph: one node that keeps little and computes the rest again. First derivatives only.</summary>
internal sealed class MixerFunction : autograd.SingleTensorFunction<MixerFunction>
{
    private const string Shape = "shape";
    private const string Parameters = "parameters";

    public override string Name => nameof(MixerFunction);

    /// <summary>Takes the input, contiguous, and the parameters in the order of <see cref="MixerParameters.Tensors"/>.</summary>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var hidden = (Tensor)vars[0];
        var parameters = MixerParameters.From([.. vars.Skip(1).Cast<Tensor>()]);
        var shape = MixerShape.Of(hidden, parameters);
        var packed = PackedMixer.Pack(CudaDevice.Of(hidden), parameters, shape);
        var pass = new MixerForward(packed, shape).Run(hidden);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([hidden, .. pass.Kept.ToList()!, .. packed.ToList()]);
        ctx.save_data(Shape, shape);
        ctx.save_data(Parameters, ParameterGradients.AddressesOf(parameters.Tensors));
        return pass.Output;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => GradientScope.Run([grad_output], gradients =>
    {
        var shape = (MixerShape)ctx.get_data(Shape);
        nint[] addresses = (nint[])ctx.get_data(Parameters);
        if (gradients[0] is not { } dOut) return [null, .. new Tensor?[addresses.Length]];
        List<Tensor?> saved = ctx.get_saved_variables()!;
        var parameters = new ParameterGradients(addresses, dOut.device);
        var dHidden = new MixerBackward(PackedMixer.FromList(saved!, 1 + MixerKept.Count), shape, parameters).Run(saved[0]!, MixerKept.FromList(saved, 1), dOut.contiguous());
        parameters.LaunchSums();
        return [dHidden, .. parameters.Tensors];
    });
}
