using Microsoft.ML.VideoMamba.Kernels.Scan;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

internal sealed class SelectiveScanCheck : IGoldenCheck
{
    public string Kind => "selective_scan";

    public void Check(GoldenCase golden) => golden.OnEachFace((face, inputs) =>
    {
        var (y, lastState) = SelectiveScan.Run(
            inputs["u"], inputs["delta"], inputs["A"], inputs["B"], inputs["C"], inputs.GetValueOrDefault("D"), inputs.GetValueOrDefault("z"),
            inputs.GetValueOrDefault("delta_bias"), inputs.GetValueOrDefault("initial_state"), golden.Bool("softplus", false), golden.Direction(), face);
        golden.AssertOutputsAndGradients(inputs, ("y", y, "dy"), ("last_state", lastState, "dlast_state"));
    });
}
