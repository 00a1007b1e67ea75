using Microsoft.ML.VideoMamba.Kernels.Autograd;
using Microsoft.ML.VideoMamba.Kernels.Inference;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Embedding;

/// <summary>The embedding's place in torch's graph: one node that keeps the clips alone, which get no gradient. First derivatives only.</summary>
internal sealed class TokenEmbeddingFunction : autograd.SingleTensorFunction<TokenEmbeddingFunction>
{
    private const string Grid = "grid";
    private const string Type = "type";
    private const string Shapes = "shapes";
    private const string Parameters = "parameters";

    public override string Name => nameof(TokenEmbeddingFunction);

    /// <summary>Takes the clips, the parameters in the order of <see cref="EmbeddingParameters.Tensors"/>, all contiguous, and a <see cref="PatchGrid"/>.</summary>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        Tensor?[] tensors = [.. vars[1..^1].Select(input => (Tensor?)input)];
        var (clips, parameters, grid) = ((Tensor)vars[0], EmbeddingParameters.From(tensors), (PatchGrid)vars[^1]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([clips]);
        ctx.save_data(Grid, grid);
        ctx.save_data(Type, parameters.Weight.dtype);
        ctx.save_data(Shapes, tensors.Select(tensor => tensor?.shape).ToArray());
        ctx.save_data(Parameters, ParameterGradients.AddressesOf(tensors));
        return new CudaEmbedding(clips, grid, (int)parameters.Weight.shape[0], parameters.Weight.dtype).Forward(parameters);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => GradientScope.Run([grad_output], gradients =>
    {
        var shapes = (long[]?[])ctx.get_data(Shapes);
        if (gradients[0] is not { } gradient) return [null, .. new Tensor?[shapes.Length], null];
        var clips = ctx.get_saved_variables()[0];
        var parameters = new ParameterGradients((nint[])ctx.get_data(Parameters), clips.device);
        new CudaEmbedding(clips, (PatchGrid)ctx.get_data(Grid), (int)shapes[0]![0], (ScalarType)ctx.get_data(Type)).Backward(gradient.contiguous(), parameters, shapes);
        parameters.LaunchSums();
        return [null, .. parameters.Tensors, null];
    });
}
