using Microsoft.ML.VideoMamba.Kernels.Normalization;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

internal sealed class RmsNormCheck : IGoldenCheck
{
    public string Kind => "rms_norm";

    public void Check(GoldenCase golden) => golden.OnEachFace((face, inputs) =>
    {
        var (y, residual) = RmsNorm.Run(inputs["x"], inputs["weight"], inputs.GetValueOrDefault("residual"), golden.Double("eps"), face);
        golden.AssertOutputsAndGradients(inputs, ("y", y, "dy"), ("residual_out", residual, "dresidual"));
    });
}
