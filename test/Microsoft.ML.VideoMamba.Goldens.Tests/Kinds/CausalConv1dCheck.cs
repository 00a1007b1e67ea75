using Microsoft.ML.VideoMamba.Kernels.Convolution;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

internal sealed class CausalConv1dCheck : IGoldenCheck
{
    public string Kind => "causal_conv1d";

    public void Check(GoldenCase golden)
    {
        string activation = golden.Text("activation", "none");
        Assert.IsTrue(activation is "silu" or "none", $"Activation {activation} is unknown.");
        golden.OnEachFace((face, inputs) =>
        {
            var y = CausalConv1d.Run(inputs["x"], inputs["weight"], inputs.GetValueOrDefault("bias"), activation == "silu", golden.Direction(), face);
            golden.AssertOutputsAndGradients(inputs, ("y", y, "dy"));
        });
    }
}
