using Microsoft.ML.VideoMamba.Kernels.Normalization;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

internal sealed class LayerNormCheck : IGoldenCheck
{
    public string Kind => "layer_norm";

    public void Check(GoldenCase golden) => golden.OnEachFace((face, inputs) =>
    {
        var (y, residual) = LayerNorm.Run(inputs["x"], inputs["weight"], inputs.GetValueOrDefault("bias"), inputs.GetValueOrDefault("residual"), golden.Double("eps"), face);
        golden.AssertOutputsAndGradients(inputs, ("y", y, "dy"), ("residual_out", residual, "dresidual"));
    });
}
