using Microsoft.ML.VideoMamba.Kernels.Normalization;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

internal sealed class LayerNormCheck : IGoldenCheck
{
    public string Kind => "layer_norm";

    public void Check(GoldenCase golden)
    {
        foreach (var face in KernelGoldens.Faces)
        {
            using var scope = NewDisposeScope();
            var inputs = golden.Leaves();
            var (y, residual) = LayerNorm.Run(inputs["x"], inputs["weight"], inputs.GetValueOrDefault("bias"), inputs.GetValueOrDefault("residual"), golden.Double("eps"), face);
            golden.AssertOutputsAndGradients(inputs, ("y", y, "dy"), ("residual_out", residual, "dresidual"));
        }
    }
}
