using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.TestCommon;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests;

/// <summary>Networks in training on a Gpu.Device device.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[DoNotParallelize]
public sealed class ModelGpuTests
{
    [TestInitialize]
    public void RequireCard() => Gpu.Require();

    [TestMethod]
    [DataRow(NormKind.Rms, ScanOrder.SpatialFirst, 0)]
    [DataRow(NormKind.Layer, ScanOrder.SpatialFirst, 2)]
    [DataRow(NormKind.Rms, ScanOrder.TemporalFirst, 1)]
    public void GradientsAreThoseOfMainMemory(NormKind norm, ScanOrder order, int checkpointed)
    {
        var config = TestModels.Video with { Depth = 3, Norm = norm, ScanOrder = order };
        using var model = TestModels.Create(config, training: true);
        using var onCard = TestModels.CreateLike(model, config with { CheckpointedLayers = checkpointed });
        onCard.to(Gpu.Device);
        using var scope = NewDisposeScope();
        var clips = TestModels.Pixels(config, batch: 3);

        model.forward(clips).square().sum().backward();
        onCard.forward(clips.to(Gpu.Device)).square().sum().backward();

        foreach (var (name, parameter) in model.named_parameters()) TestModels.AssertClose(parameter.grad!, onCard.Weight(name).grad!.cpu(), 1e-4, name);
    }

    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.BFloat16)]
    public void RecomputedLayersGiveTheSameBitForBit(ScalarType type)
    {
        var config = TestModels.Video with { Depth = 4, DropPath = 0.5 };
        using var plain = TestModels.Create(config, training: true);
        using var recomputed = TestModels.CreateLike(plain, config with { CheckpointedLayers = 4 });
        using var scope = NewDisposeScope();
        var clips = TestModels.Pixels(config, batch: 6).to(Gpu.Device);

        var (expected, actual) = (Gradients(plain), Gradients(recomputed));

        foreach (var (name, gradient) in expected) Assert.IsTrue(allclose(gradient, actual[name], rtol: 0, atol: 0), name);

        Dictionary<string, Tensor> Gradients(VideoMambaModel model)
        {
            model.ToActivationType(type).to(Gpu.Device);
            TorchSeed.Set(3, Gpu.Device);
            model.forward(clips).square().sum().backward();
            return model.named_parameters().Where(named => named.parameter.grad is not null).ToDictionary(named => named.name, named => named.parameter.grad!);
        }
    }

    // Layers whose results are asked for keep their stream; the others are handed theirs by the layer behind.
    [TestMethod]
    public void GradientsDoNotDependOnWhoKeepsTheStream()
    {
        var config = TestModels.Video with { Depth = 5, DropPath = 0.3 };
        using var model = TestModels.Create(config, training: true);
        model.ToActivationType(ScalarType.BFloat16).to(CUDA);
        using var scope = NewDisposeScope();
        var clips = TestModels.Pixels(config, batch: 4).cuda();

        var (kept, handed, some) = (Gradients([0, 1, 2, 3, 4]), Gradients([4]), Gradients([1, 4]));

        foreach (var (name, expected) in kept)
        {
            TestModels.AssertClose(expected, handed[name], 1e-2 * expected.abs().max().item<float>(), name);
            TestModels.AssertClose(expected, some[name], 1e-2 * expected.abs().max().item<float>(), name);
        }

        Dictionary<string, Tensor> Gradients(int[] layers)
        {
            TorchSeed.Set(3, Gpu.Device);
            foreach (var parameter in model.parameters()) parameter.grad = null;
            var last = model.RunLayers(model.EmbedTokens(clips), layers)[^1];
            (last.Hidden.to_type(ScalarType.Float32).square().sum() + last.Residual.square().sum()).backward();
            return model.named_parameters().Where(named => named.parameter.grad is not null).ToDictionary(named => named.name, named => named.parameter.grad!.to_type(ScalarType.Float32));
        }
    }

    [TestMethod]
    public void DropsWholeSamplesAndScalesTheOthers()
    {
        const int Batch = 1000;
        var config = TestModels.Video with { Depth = 3, DropPath = 0.8 };
        using var model = TestModels.Create(config, training: true);
        model.to(Gpu.Device);
        using var scope = NewDisposeScope();
        using var grad = no_grad();

        var layers = model.RunLayers(model.EmbedTokens(TestModels.Pixels(config, Batch).to(Gpu.Device)), [0, 1, 2]);

        var added = (layers[2].Residual - layers[1].Residual).cpu();
        var isDropped = added.abs().amax([1, 2]) < 1e-5;
        var expected = layers[1].Hidden.cpu() / 0.6 * isDropped.logical_not().to_type(ScalarType.Float32).reshape(-1, 1, 1);
        TestModels.AssertClose(expected, added, 1e-4);
        Assert.AreEqual(0.4, isDropped.to_type(ScalarType.Float32).mean().item<float>(), 0.07);
    }
}
