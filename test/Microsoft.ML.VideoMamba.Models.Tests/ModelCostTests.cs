using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests;

[TestClass]
public sealed class ModelCostTests
{
    private static readonly VideoMambaConfig s_image = new() { IsVideo = false, Frames = 1, Classes = 1000 };

    public static IEnumerable<object[]> Variants => new VideoMambaConfig[]
    {
        TestModels.Video,
        TestModels.Image,
        TestModels.Video with { Classes = 0 },
        TestModels.Video with { Norm = NormKind.Layer },
        TestModels.Video with { Bidirectional = false },
        TestModels.Video with { Frames = 5, Tubelet = 2 },
        TestModels.Video with { StateSize = 8, ConvWidth = 3, Expand = 1, DtRankOverride = 3, Channels = 1 },
        TestModels.Video with { ScanOrder = ScanOrder.SpatioTemporalV2 },
        TestModels.Image with { Stride = 5 },
        VideoMambaConfig.Tiny,
        VideoMambaConfig.Base with { Frames = 64, Height = 384, Width = 384 },
    }.Select(config => new object[] { config });

    [TestMethod]
    [DataRow("tiny", 1.1)]
    [DataRow("small", 4.3)]
    [DataRow("middle", 12.7)]
    [DataRow("base", 16.9)]
    public void DenseOperationsOfAnImageAreThePapers(string preset, double paper)
    {
        var sizes = VideoMambaConfig.Presets[preset];

        var cost = ModelCost.Of(s_image with { EmbedDim = sizes.EmbedDim, Depth = sizes.Depth });

        Assert.AreEqual(paper, cost.Dense / 1e9, 0.05);
    }

    [TestMethod]
    public void CountsOfASmallModelAddUp()
    {
        // 19 tokens of width 16, d_inner 32, dt_rank 1, 16 states, 4 taps, 2 directions, 2 layers.
        var cost = ModelCost.Of(TestModels.Video);

        Assert.AreEqual(18L * 3 * 8 * 8 * 16, cost.PatchEmbedding);
        Assert.AreEqual(2L * 19 * (16 * 64 + 32 * 16), cost.Projections);
        Assert.AreEqual(2L * 2 * 19 * 32 * 4, cost.Convolutions);
        Assert.AreEqual(16L * 5, cost.Head);
        Assert.AreEqual(2L * 2 * 19 * (32 * 33 + 32), cost.Selection);
        Assert.AreEqual(2L * 2 * 19 * 32 * (4 * 16 + 3), cost.Recurrence);
        Assert.AreEqual(cost.PatchEmbedding + cost.Projections + cost.Convolutions + cost.Head, cost.Dense);
        Assert.AreEqual(cost.Selection + cost.Recurrence, cost.Scan);
        Assert.AreEqual(cost.Dense + cost.Scan, cost.Total);
    }

    [TestMethod]
    public void BothOrdersDoubleTheScanAndAddNoParameter()
    {
        var one = ModelCost.Of(TestModels.Video);
        var both = ModelCost.Of(TestModels.Video with { ScanOrder = ScanOrder.SpatioTemporalV2 });

        Assert.AreEqual(2 * one.Scan, both.Scan);
        Assert.AreEqual(2 * one.Convolutions, both.Convolutions);
        Assert.AreEqual(one.Projections, both.Projections);
        Assert.AreEqual(one.Parameters, both.Parameters);
    }

    [TestMethod]
    [DynamicData(nameof(Variants))]
    public void ParametersEqualTheBuiltModels(object variant)
    {
        TorchRuntime.EnsureLoaded();
        var config = (VideoMambaConfig)variant;
        using var model = new VideoMambaModel(config, new Device(DeviceType.META));

        Assert.AreEqual(model.parameters().Sum(parameter => parameter.numel()), ModelCost.Of(config).Parameters);
    }

    [TestMethod]
    public void RefusesAnInvalidConfiguration() =>
        Assert.ThrowsExactly<ArgumentException>(() => ModelCost.Of(TestModels.Video with { Depth = 0 }));
}
