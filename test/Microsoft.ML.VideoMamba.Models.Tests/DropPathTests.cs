using Microsoft.ML.VideoMamba.Models.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests;

[TestClass]
public sealed class DropPathTests
{
    private const int Batch = 1000;

    private static readonly VideoMambaConfig s_config = new()
    {
        EmbedDim = 4,
        Depth = 3,
        Frames = 1,
        Height = 4,
        Width = 4,
        PatchSize = 4,
        Classes = 2,
        StateSize = 2,
        DropPath = 0.8,
    };

    // Layer i has rate ([0] + linspace(0, rate, depth))[i]: 0, 0, 0.4, and 0.8 ahead of the final norm.
    [TestMethod]
    public void DropsWholeSamplesAndScalesTheOthers()
    {
        using var model = TestModels.Create(s_config, training: true);
        using var scope = NewDisposeScope();
        using var grad = no_grad();

        var layers = model.RunLayers(model.EmbedTokens(TestModels.Pixels(s_config, Batch)), [0, 1, 2]);

        TestModels.AssertClose(layers[0].Hidden, layers[1].Residual - layers[0].Residual);
        AssertDropped(layers[1].Hidden, layers[2].Residual - layers[1].Residual, rate: 0.4);
    }

    [TestMethod]
    public void FinalNormHasTheFullRate()
    {
        using var model = TestModels.Create(s_config, training: true);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var output = new LayerOutput(randn(Batch, 2, 4), randn(Batch, 2, 4));
        var normed = model.NormTokens(output);

        model.eval();
        var dropped = model.NormTokens(output with { Hidden = zeros_like(output.Hidden) });
        var kept = model.NormTokens(output with { Hidden = output.Hidden / 0.2 });

        var isDropped = (normed - dropped).abs().amax([1, 2]) < 1e-4;
        var isKept = (normed - kept).abs().amax([1, 2]) < 1e-4;
        Assert.IsTrue(isDropped.logical_or(isKept).all().item<bool>());
        Assert.AreEqual(0.8, isDropped.to_type(ScalarType.Float32).mean().item<float>(), 0.06);
    }

    [TestMethod]
    public void EvaluationDropsNothing()
    {
        using var model = TestModels.Create(s_config with { HeadDropout = 0.5 });
        using var plain = TestModels.CreateLike(model, s_config with { DropPath = 0 });
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var clips = TestModels.Pixels(s_config, batch: 8);

        TestModels.AssertClose(plain.forward(clips), model.forward(clips), tolerance: 0);
    }

    [TestMethod]
    public void HeadDropoutActsInTrainingOnly()
    {
        using var model = TestModels.Create(s_config with { DropPath = 0, HeadDropout = 0.5 }, training: true);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        var cls = ones(Batch, 4);

        TestModels.AssertDiffer(model.Classify(cls), model.Classify(cls));
        model.eval();
        TestModels.AssertClose(model.Classify(cls), model.Classify(cls), tolerance: 0);
    }

    private static void AssertDropped(Tensor hidden, Tensor added, double rate)
    {
        var isDropped = added.abs().amax([1, 2]) < 1e-6;
        var expected = hidden / (1 - rate) * isDropped.logical_not().to_type(ScalarType.Float32).reshape(-1, 1, 1);
        TestModels.AssertClose(expected, added);
        Assert.AreEqual(rate, isDropped.to_type(ScalarType.Float32).mean().item<float>(), 0.07);
    }
}
