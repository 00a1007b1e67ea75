using System.Globalization;
using System.Text.Json;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training.Tests;

/// <summary>What bfloat16 costs: a network that learned on the card says the same of clips that it never saw.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[DoNotParallelize]
public sealed class PrecisionGpuTests
{
    private const int HeldOut = 204, TrainPerClass = 300, Batch = 34;

    public required TestContext TestContext { get; set; }

    [TestMethod]
    [DataRow(TrainingPrecision.Float32)]
    [DataRow(TrainingPrecision.BFloat16)]
    public void BFloat16AgreesWithFloat32(TrainingPrecision precision)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var heldOut = PanningClips.Set(HeldOut / PanningClips.Classes, seed: 2);
        using var model = Train(precision);

        var (clips, labels) = Inputs(heldOut, new ClipPreparation(model.Config));
        using var exact = model.Record(Batch, ScalarType.Float32);
        using var rough = model.Record(Batch, ScalarType.BFloat16);
        var expected = cat([.. clips.Select(batch => exact.Run(batch.to(Gpu.Device)))]).cpu();
        var got = cat([.. clips.Select(batch => rough.Run(batch.to(Gpu.Device)))]).cpu();

        double Part(Tensor hits) => hits.to_type(ScalarType.Float64).mean().item<double>();
        double accuracy = Part(expected.argmax(1).eq(labels)), agreement = Part(expected.argmax(1).eq(got.argmax(1)));
        double deviation = ((got - expected).norm(1) / expected.norm(1)).mean().item<float>();
        TestContext.WriteLine(JsonSerializer.Serialize(new { held_out = HeldOut, trained_in = precision.ToString(), accuracy, agreement, logits_mean_relative_deviation = deviation }));
        Assert.IsGreaterThan(0.4, accuracy, "It has learned: chance is 1/6.");
        Assert.IsGreaterThanOrEqualTo(0.99, agreement, string.Create(CultureInfo.InvariantCulture, $"The logits deviate by {deviation:e2}."));
        Assert.IsLessThan(0.05, deviation);
    }

    /// <summary>The network of samples/QuickStart.</summary>
    private static VideoMambaModel Train(TrainingPrecision precision)
    {
        var config = VideoMambaConfig.Tiny with
        {
            Depth = 2,
            Frames = PanningClips.Frames,
            Tubelet = 2,
            Height = PanningClips.Side,
            Width = PanningClips.Side,
            Classes = PanningClips.Classes,
            DtInitialization = DtInitialization.Proper,
        };
        var options = new TrainingOptions { Device = Gpu.Name, Precision = precision, Epochs = 30, BatchSize = 32, LearningRate = 2e-3, ValidationFraction = 0.1 };
        using (enable_grad()) return new TrainingRun(config, options).Fit(PanningClips.Set(TrainPerClass, seed: 1)).Model;
    }

    private static (IReadOnlyList<Tensor> Clips, Tensor Labels) Inputs(ITrainingSet set, ClipPreparation preparation)
    {
        var config = VideoMambaConfig.Tiny;
        float[] pixels = new float[set.Count * preparation.InputLength];
        Parallel.For(0, set.Count, i => set.Prepare(i, preparation, random: null, pixels.AsSpan(i * preparation.InputLength, preparation.InputLength)));
        var all = tensor(pixels, [set.Count, config.Channels, PanningClips.Frames, PanningClips.Side, PanningClips.Side]);
        return ([.. Enumerable.Range(0, set.Count / Batch).Select(i => all.narrow(0, i * Batch, Batch))], tensor(Enumerable.Range(0, set.Count).Select(i => (long)set.LabelOf(i).ClassIndex).ToArray()));
    }
}
