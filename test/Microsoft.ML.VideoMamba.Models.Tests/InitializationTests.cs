using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests;

[TestClass]
[DoNotParallelize]
public sealed class InitializationTests
{
    // Wide enough for tight statistics: the smallest matrix below has 2,048 elements.
    private static readonly VideoMambaConfig s_config = TestModels.Video with { EmbedDim = 64, Depth = 4, Classes = 100, DtRankOverride = 16 };

    [TestMethod]
    public void SameSeedSameWeights()
    {
        using var first = Seeded(3, s_config);
        using var second = Seeded(3, s_config);
        using var other = Seeded(4, s_config);

        foreach (var (name, parameter) in first.named_parameters()) TestModels.AssertClose(second.Weight(name), parameter, tolerance: 0, name);
        Assert.IsFalse(first.Weight("head.weight").allclose(other.Weight("head.weight")));
    }

    [TestMethod]
    public void StartsAsTheOriginal()
    {
        using var model = Seeded(5, s_config);
        using var scope = NewDisposeScope();
        using var grad = no_grad();

        foreach (var (name, parameter) in model.named_parameters().Where(pair => pair.name.Contains('.')))
        {
            string last = string.Join('.', name.Split('.')[^2..]);
            switch (last)
            {
                case "head.weight" or "in_proj.weight" or "x_proj.weight" or "x_proj_b.weight" or "dt_proj.weight" or "dt_proj_b.weight":
                    AssertMoments(name, parameter, 0.02);
                    break;
                case "out_proj.weight":
                    // Uniform in ±1/sqrt(fan in), over sqrt(depth).
                    double bound = 1 / Math.Sqrt(s_config.InnerDim) / Math.Sqrt(s_config.Depth);
                    AssertMoments(name, parameter, bound / Math.Sqrt(3));
                    Assert.IsLessThanOrEqualTo(bound * 1.0001, parameter.abs().max().item<float>(), name);
                    break;
                case "proj.weight":
                    AssertMoments(name, parameter, 1 / Math.Sqrt(3 * 8 * 8) / Math.Sqrt(3));
                    break;
                case "conv1d.weight" or "conv1d_b.weight":
                    Assert.IsLessThanOrEqualTo(0.5, parameter.abs().max().item<float>(), name);
                    Assert.IsGreaterThan(0.4, parameter.abs().max().item<float>(), name);
                    break;
                case "head.bias" or "dt_proj.bias" or "dt_proj_b.bias":
                    AssertAll(name, parameter, 0);
                    break;
                case "norm.weight" or "norm_f.weight" or "mixer.D" or "mixer.D_b":
                    AssertAll(name, parameter, 1);
                    break;
                case "mixer.A_log" or "mixer.A_b_log":
                    TestModels.AssertClose(arange(1, 17).to_type(ScalarType.Float32).log().expand_as(parameter), parameter, message: name);
                    break;
                case "conv1d.bias" or "conv1d_b.bias" or "proj.bias":
                    Assert.IsGreaterThan(0f, parameter.abs().max().item<float>(), name);
                    break;
                default:
                    Assert.Fail($"{name} is not looked at.");
                    break;
            }
        }
    }

    [TestMethod]
    public void ClassTokenAndTimeStartAtZero()
    {
        using var model = Seeded(6, s_config);

        AssertAll("cls_token", model.Weight("cls_token"), 0);
        AssertAll("temporal_pos_embedding", model.Weight("temporal_pos_embedding"), 0);
        AssertMoments("pos_embed", model.Weight("pos_embed"), 0.02, tolerance: 0.15);
    }

    [TestMethod]
    public void ProperStepSizesAreLogUniform()
    {
        using var model = Seeded(7, s_config with { DtInitialization = DtInitialization.Proper });
        using var scope = NewDisposeScope();
        using var grad = no_grad();

        var biases = cat([.. model.named_parameters().Where(pair => pair.name.Contains("dt_proj") && pair.name.EndsWith("bias", StringComparison.Ordinal)).Select(pair => (Tensor)pair.parameter)]);
        var steps = nn.functional.softplus(biases).log10();
        var weights = model.Weight("layers.0.mixer.dt_proj_b.weight");

        Assert.AreEqual(1024, steps.numel());
        Assert.IsGreaterThanOrEqualTo(-3.001, steps.min().item<float>());
        Assert.IsLessThanOrEqualTo(-0.999, steps.max().item<float>());
        Assert.AreEqual(-2, steps.mean().item<float>(), 0.08);
        Assert.AreEqual(2 / Math.Sqrt(12), steps.std().item<float>(), 0.05);
        AssertMoments("dt_proj", weights, 0.25 / Math.Sqrt(3));
        Assert.IsLessThanOrEqualTo(0.2501, weights.abs().max().item<float>());
    }

    private static VideoMambaModel Seeded(long seed, VideoMambaConfig config)
    {
        Kernels.Runtime.TorchRuntime.EnsureLoaded();
        manual_seed(seed);
        return new VideoMambaModel(config);
    }

    private static void AssertMoments(string name, Tensor values, double deviation, double tolerance = 0.08)
    {
        using var scope = NewDisposeScope();
        Assert.AreEqual(1, values.std().item<float>() / deviation, tolerance, $"Standard deviation of {name}");
        Assert.AreEqual(0, values.mean().item<float>() / deviation, tolerance, $"Mean of {name}");
    }

    private static void AssertAll(string name, Tensor values, float expected)
    {
        using var scope = NewDisposeScope();
        Assert.IsTrue(values.eq(expected).all().item<bool>(), name);
    }
}
