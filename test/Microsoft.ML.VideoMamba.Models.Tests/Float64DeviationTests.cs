using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests;

/// <summary>Whole networks against the same weights in float64, relative to the largest value: what float32 and bfloat16 lose.</summary>
[TestClass]
public sealed class Float64DeviationTests
{
    private static readonly VideoMambaConfig s_config = TestModels.Video with { EmbedDim = 48, Depth = 6, Frames = 12, Height = 32, Width = 32, PatchSize = 4, Classes = 50 };

    public required TestContext TestContext { get; set; }

    [ClassInitialize]
    public static void LoadTorch(TestContext context) => TorchRuntime.EnsureLoaded();

    [TestMethod]
    [DataRow(128, ScalarType.Float32, 1e-5, 3e-6)]
    [DataRow(256, ScalarType.Float32, 1e-5, 3e-6)]
    [DataRow(512, ScalarType.Float32, 1e-5, 3e-6)]
    [DataRow(512, ScalarType.BFloat16, 5e-2, 1.5e-2)]
    public void StaysCloseToFloat64(int bits, ScalarType type, double largest, double mean)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        manual_seed(4);
        using var model = TestModels.Create(s_config);
        using var exact = TestModels.CreateLike(model, s_config);
        exact.to(ScalarType.Float64);
        var clips = TestModels.Pixels(s_config);
        var expected = exact.forward(clips.to_type(ScalarType.Float64));
        using var width = new ForcedWidth((SimdWidth)bits);
        using var prepared = new PreparedModel(model.ToActivationType(type));

        foreach (var logits in new[] { model.forward(clips), prepared.Score(clips) })
        {
            var deviation = (logits.to_type(ScalarType.Float64) - expected).abs() / expected.abs().max();
            TestContext.WriteLine($"{bits} bits, {type}: {deviation.max().item<double>():e1} at most, {deviation.mean().item<double>():e1} in the mean");
            Assert.IsLessThan(largest, deviation.max().item<double>());
            Assert.IsLessThan(mean, deviation.mean().item<double>());
        }
    }
}
