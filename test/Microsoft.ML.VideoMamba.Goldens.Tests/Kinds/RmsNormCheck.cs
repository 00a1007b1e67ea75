using Microsoft.ML.VideoMamba.Kernels.Normalization;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

internal sealed class RmsNormCheck : IGoldenCheck
{
    public string Kind => "rms_norm";

    public void Check(GoldenCase golden)
    {
        foreach (var face in KernelGoldens.Faces)
        {
            using var scope = NewDisposeScope();
            var inputs = golden.Leaves();
            var (y, residual) = RmsNorm.Run(inputs["x"], inputs["weight"], inputs.GetValueOrDefault("residual"), golden.Double("eps"), face);
            golden.AssertOutputsAndGradients(inputs, ("y", y, "dy"), ("residual_out", residual, "dresidual"));
        }
    }
}
