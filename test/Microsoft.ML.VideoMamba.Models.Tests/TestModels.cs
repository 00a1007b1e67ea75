using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Models.Tests;

/// <summary>Networks small enough to run in milliseconds, with weights that make every part matter.</summary>
internal static class TestModels
{
    /// <summary>Three frames of 2 x 3 patches, two layers.</summary>
    public static VideoMambaConfig Video { get; } = new()
    {
        EmbedDim = 16,
        Depth = 2,
        Frames = 3,
        Height = 16,
        Width = 24,
        PatchSize = 8,
        Classes = 5,
    };

    /// <summary>Images of 2 x 3 patches, two layers.</summary>
    public static VideoMambaConfig Image { get; } = Video with { IsVideo = false, Frames = 1 };

    /// <summary>
    /// A model whose weights are all drawn at random (the starts of a fresh model are so small, and many of them zero, that whole parts could go missing unseen).
    /// </summary>
    public static VideoMambaModel Create(VideoMambaConfig config, bool training = false)
    {
        var model = new VideoMambaModel(config);
        using var scope = NewDisposeScope();
        using var grad = no_grad();
        foreach (var parameter in model.parameters())
        {
            double scale = parameter.dim() == 2 ? 1 / Math.Sqrt(parameter.shape[1]) : 0.3;
            parameter.add_(randn_like(parameter) * scale);
        }

        model.train(training);
        return model;
    }

    /// <summary>A model of another configuration with the same weights.</summary>
    public static VideoMambaModel CreateLike(VideoMambaModel source, VideoMambaConfig config)
    {
        var model = new VideoMambaModel(config);
        using var grad = no_grad();
        var weights = source.state_dict();
        foreach (var (name, parameter) in model.named_parameters()) parameter.copy_(weights[name]);
        model.train(source.training);
        return model;
    }

    /// <summary>Random pixels of a model's size.</summary>
    public static Tensor Pixels(VideoMambaConfig config, int batch = 2)
    {
        TorchRuntime.EnsureLoaded();
        return config.IsVideo
            ? randn([batch, config.Channels, config.Frames, config.Height, config.Width])
            : randn([batch, config.Channels, config.Height, config.Width]);
    }

    /// <summary>A parameter by its full name.</summary>
    public static Tensor Weight(this nn.Module module, string name) =>
        module.get_parameter(name) ?? throw new ArgumentException($"No parameter '{name}'.", nameof(name));

    public static void AssertClose(Tensor expected, Tensor actual, double tolerance = 1e-5, string? message = null)
    {
        using var scope = NewDisposeScope();
        CollectionAssert.AreEqual(expected.shape, actual.shape, $"Shape. {message}");
        double scale = Math.Max(1, expected.abs().max().to_type(ScalarType.Float64).item<double>());
        double error = (expected - actual).abs().max().to_type(ScalarType.Float64).item<double>();
        Assert.IsLessThanOrEqualTo(tolerance * scale, error, $"Largest deviation. {message}");
    }

    public static void AssertDiffer(Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        Assert.IsGreaterThan(1e-3, (first - second).abs().max().item<float>(), "Largest deviation");
    }
}
