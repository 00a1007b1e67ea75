using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>A mixer or a whole model in an order other than spatial-first.</summary>
internal sealed class ScanOrderCheck : IGoldenCheck
{
    public string Kind => "scan_order";

    public void Check(GoldenCase golden)
    {
        var order = Enum.Parse<ScanOrder>(golden.Text("order"));
        switch (golden.Text("level"))
        {
            case "mixer":
                using (var permutation = new TemporalFirstPermutation(golden.Int("frames"), golden.Int("patches")))
                {
                    CheckPermutation(golden, permutation);
                    MixerCheck.Run(golden, order, permutation);
                }

                break;
            case "model":
                var config = golden.ModelConfig(video: true);
                Assert.AreEqual(golden.Int("patches"), config.PatchesPerFrame);
                using (var permutation = new TemporalFirstPermutation(config.TemporalPositions, config.PatchesPerFrame)) CheckPermutation(golden, permutation);
                golden.CheckPass(config);
                break;
            case var level:
                Assert.Fail($"Level '{level}' is unknown.");
                break;
        }
    }

    // q[:, j] = p[:, order[j]]: a row of the tokens' own indices comes out as the case's order.
    private static void CheckPermutation(GoldenCase golden, TemporalFirstPermutation permutation)
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var indices = arange(permutation.Length).unsqueeze(0);
        CollectionAssert.AreEqual(golden.Tensors["input.order"].ToLongs(), permutation.Apply(indices).data<long>().ToArray());
    }
}
