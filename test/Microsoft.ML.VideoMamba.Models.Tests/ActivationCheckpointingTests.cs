using System.Diagnostics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests;

[TestClass]
[DoNotParallelize]
public sealed class ActivationCheckpointingTests
{
    [TestMethod]
    [DataRow(1, 0.0, ScanOrder.SpatialFirst, NormKind.Rms)]
    [DataRow(3, 0.0, ScanOrder.SpatialFirst, NormKind.Rms)]
    [DataRow(3, 0.0, ScanOrder.SpatioTemporalV2, NormKind.Layer)]
    [DataRow(2, 0.6, ScanOrder.Alternating, NormKind.Rms)]
    public void ResultAndGradientsAreThePlainOnes(int checkpointed, double dropPath, ScanOrder order, NormKind norm)
    {
        var config = TestModels.Video with { Depth = 3, DropPath = dropPath, ScanOrder = order, Norm = norm };
        using var plain = TestModels.Create(config, training: true);
        using var recomputed = TestModels.CreateLike(plain, config with { CheckpointedLayers = checkpointed });
        using var scope = NewDisposeScope();
        var (pixels, weight) = (TestModels.Pixels(config, batch: 4), randn(4, config.SequenceLength, config.EmbedDim));

        var (expected, expectedInput) = Pass(plain);
        var (actual, actualInput) = Pass(recomputed);

        TestModels.AssertClose(expected, actual);
        TestModels.AssertClose(expectedInput, actualInput);
        foreach (var (name, parameter) in plain.named_parameters())
        {
            var gradient = recomputed.Weight(name).grad;
            Assert.AreEqual(parameter.grad is null, gradient is null, name);
            if (parameter.grad is not null) TestModels.AssertClose(parameter.grad, gradient!, message: name);
        }

        (Tensor Tokens, Tensor InputGradient) Pass(VideoMambaModel model)
        {
            manual_seed(11);
            var clips = pixels.clone().requires_grad_(true);
            var tokens = model.Embed(clips, Pooling.Tokens);
            (tokens * weight).sum().backward();
            return (tokens, clips.grad!);
        }
    }

    [TestMethod]
    public void FrozenLayersPassGradientsOn()
    {
        var config = TestModels.Video with { CheckpointedLayers = 2 };
        using var model = TestModels.Create(config, training: true);
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in model.named_parameters()) parameter.requires_grad = !name.StartsWith("layers.1.", StringComparison.Ordinal);

        model.forward(TestModels.Pixels(config)).sum().backward();

        Assert.IsNull(model.Weight("layers.1.mixer.in_proj.weight").grad);
        Assert.IsGreaterThan(0f, model.Weight("layers.0.mixer.in_proj.weight").grad!.abs().max().item<float>());
        Assert.IsGreaterThan(0f, model.Weight("patch_embed.proj.weight").grad!.abs().max().item<float>());
    }

    [TestMethod]
    public void BackwardKeepsLessBetweenThePasses()
    {
        var config = TestModels.Video with { EmbedDim = 128, Depth = 8, Height = 64, Width = 64 };
        using var plain = TestModels.Create(config, training: true);
        using var recomputed = TestModels.CreateLike(plain, config with { CheckpointedLayers = 8 });
        using var clips = TestModels.Pixels(config, batch: 4);
        Held(recomputed);

        long with = Held(recomputed), without = Held(plain);

        Assert.IsLessThan(without / 2, with, "Bytes held by the graph with checkpointing");

        // What the process holds more after a forward pass, as long as its graph lives.
        long Held(VideoMambaModel model)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            ReturnFreeMemory();
            long before = Resident();
            using var logits = model.forward(clips);
            ReturnFreeMemory();
            long held = Resident() - before;
            using var sum = logits.sum();
            sum.backward();
            return held;
        }
    }

    /// <summary>What was freed but the heap kept: of other tests it would take up what is to be measured, of the pass itself count as held.</summary>
    private static void ReturnFreeMemory()
    {
        if (OperatingSystem.IsLinux()) _ = MallocTrim(0);
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int MallocTrim(nuint pad);

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
