using Microsoft.ML.VideoMamba.Kernels.Autograd;
using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Inference;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Projection;

/// <summary>The head's place in torch's graph. First derivatives only.</summary>
internal sealed class ClassScoresFunction : autograd.SingleTensorFunction<ClassScoresFunction>
{
    private const string Parameters = "parameters";

    public override string Name => nameof(ClassScoresFunction);

    /// <summary>Computes the scores.</summary>
    public static Tensor Score(Tensor features, Tensor weight, Tensor bias)
    {
        int batch = (int)features.shape[0], inputs = (int)features.shape[1], classes = (int)weight.shape[0];
        var (device, scores) = (CudaDevice.Of(features), empty([batch, classes], ScalarType.Float32, features.device));
        RepeatedRow.Kernel(device).Fill(DeviceMemory.Address(bias), DeviceMemory.Address(scores), (long)batch * classes, classes);
        using var loan = CudaBlas.Borrow(device);
        loan.Blas.Multiply(Of(features), Of(weight).T, Of(scores), batch, classes, inputs, beta: 1);
        return scores;
    }

    /// <summary>Takes features, weight and bias, contiguous.</summary>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (features, weight, bias) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([features, weight]);
        ctx.save_data(Parameters, ParameterGradients.AddressesOf([weight, bias]));
        return Score(features, weight, bias);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => GradientScope.Run([grad_output], gradients =>
    {
        if (gradients[0]?.contiguous() is not { } dScores) return [null, null, null];
        var saved = ctx.get_saved_variables();
        var (features, weight) = (saved[0], saved[1]);
        int batch = (int)features.shape[0], inputs = (int)features.shape[1], classes = (int)weight.shape[0];
        var parameters = new ParameterGradients((nint[])ctx.get_data(Parameters), features.device);
        var rounded = dScores.to_type(features.dtype);
        var dFeatures = empty_like(features);
        var dWeight = parameters.PlaceOf(0, weight.dtype, classes, inputs);
        using (var loan = CudaBlas.Borrow(CudaDevice.Of(features)))
        {
            loan.Blas.Multiply(Of(rounded), Of(weight), Of(dFeatures), batch, inputs, classes);
            loan.Blas.Multiply(Of(rounded).T, Of(features), new Matrix(dWeight.Address, inputs, dWeight.Float32), classes, inputs, batch, beta: dWeight.Beta);
        }

        parameters.Sums.Add(dScores, parameters.PlaceOf(1, ScalarType.Float32, classes), new GradientLayout(1, batch, classes));
        parameters.LaunchSums();
        return [dFeatures, .. parameters.Tensors];
    });

    private static Matrix Of(Tensor tensor) => new(DeviceMemory.Address(tensor), (int)tensor.shape[1], tensor.dtype == ScalarType.Float32);
}
