using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Goldens.Tests.Kinds;

/// <summary>One mixer: its result and the gradients of sum(y · dy).</summary>
internal sealed class MixerCheck : IGoldenCheck
{
    public string Kind => "mixer";

    public void Check(GoldenCase golden)
    {
        using var unused = new TemporalFirstPermutation(1, 1);
        Run(golden, ScanOrder.SpatialFirst, unused);
    }

    /// <summary>Runs the case's mixer in an order.</summary>
    public static void Run(GoldenCase golden, ScanOrder order, TemporalFirstPermutation permutation)
    {
        var config = new VideoMambaConfig
        {
            EmbedDim = golden.Int("d_model"),
            StateSize = golden.Int("d_state"),
            ConvWidth = golden.Int("d_conv"),
            Expand = golden.Int("expand"),
            DtRankOverride = golden.Int("dt_rank"),
            Bidirectional = golden.Bool("bidirectional", true),
        };
        foreach (var device in GoldenDevices.All) Run(golden, config, order, permutation, device);
    }

    private static void Run(GoldenCase golden, VideoMambaConfig config, ScanOrder order, TemporalFirstPermutation permutation, Device device)
    {
        using var mixer = new MambaMixer(config, order, permutation, device);
        using var scope = NewDisposeScope();
        golden.LoadInto(mixer);
        var x = golden.Torch("input.x").to(device).requires_grad_(true);

        var y = mixer.forward(x);
        (y * golden.Torch("input.dy").to(device)).sum().backward();

        golden.AssertClose("output.y", y);
        golden.AssertClose("grad.x", x.grad!);
        golden.AssertGradients(mixer);
    }
}
