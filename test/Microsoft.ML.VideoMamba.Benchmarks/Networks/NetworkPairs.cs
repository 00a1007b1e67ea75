using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Training.Optimization;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Benchmarks.Networks;

/// <summary>A network's work beside its own matrix products, in turns.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Config">The network.</param>
/// <param name="Batch">Clips of a batch.</param>
internal sealed record NetworkPairs(string Name, VideoMambaConfig Config, int Batch)
{
    /// <summary>Ti over one clip of 8 frames.</summary>
    public static NetworkPairs Tiny { get; } = new("Ti", VideoMambaConfig.Tiny, 1);

    /// <summary>S over one clip of 8 frames.</summary>
    public static NetworkPairs Small { get; } = new("S", VideoMambaConfig.Small, 1);

    /// <summary>M over one clip of 8 frames.</summary>
    public static NetworkPairs Middle { get; } = new("M", VideoMambaConfig.Middle, 1);

    /// <summary>The QuickStart's network over a batch of its training.</summary>
    public static NetworkPairs QuickStart { get; } =
        new("QuickStart network", VideoMambaConfig.Tiny with { Depth = 2, Tubelet = 2, Frames = 8, Height = 64, Width = 64, Classes = 4 }, 32);

    private string Title => $"{Name}, batch {Batch}, {get_num_threads()} threads";

    /// <summary>Scoring, prepared and not.</summary>
    public void Forward(double seconds)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var model = new VideoMambaModel(Config);
        using var prepared = new PreparedModel(model);
        using var products = new MatrixProducts(Config, Batch);
        var clips = Clips();
        new Pairing()
            .Add($"matrix products ({products.ForwardMultiplyAdds / 1e9:f2} G)", products.Forward)
            .Add("scoring", () => prepared.Score(clips))
            .Add("the model's own forward", () => model.forward(clips))
            .Run($"{Title}: scoring", seconds);
    }

    /// <summary>A step of training, its parts beside it.</summary>
    public void TrainingStep(double seconds)
    {
        using var scope = NewDisposeScope();
        using var model = new VideoMambaModel(Config);
        model.train();
        using var products = new MatrixProducts(Config, Batch);
        var clips = Clips();
        var labels = arange(Batch).remainder(Config.Classes).to_type(ScalarType.Int64);
        var parameters = model.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        var groups = new ParameterGrouping().Group(parameters.Select(named => (named.Key, named.Value.shape)), Config.Depth);
        using var optimizer = new AdamW(parameters, groups, (0.9, 0.999));

        new Pairing()
            .Add("matrix products", products.ForwardAndBackward)
            .Add("whole step", () =>
            {
                var loss = CrossEntropy.OfLabels(model.forward(clips), labels, 0.1);
                loss.item<float>();
                loss.backward();
                optimizer.Update(1e-4, maxNorm: 1);
            })
            .Add("forward of a step", () => model.forward(clips))
            .Add("optimizer", () => optimizer.Update(1e-4, maxNorm: 1))
            .Run($"{Title}: training step", seconds);
    }

    /// <summary>bfloat16 against float32.</summary>
    public void Precision(double seconds)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using VideoMambaModel single = new(Config), narrow = new VideoMambaModel(Config).ToActivationType(ScalarType.BFloat16);
        using PreparedModel singlePrepared = new(single), narrowPrepared = new(narrow);
        using MatrixProducts products = new(Config, Batch), narrowProducts = new(Config, Batch, ScalarType.BFloat16);
        var clips = Clips();
        new Pairing()
            .Add("bfloat16", () => narrowPrepared.Score(clips))
            .Add("float32", () => singlePrepared.Score(clips))
            .Add("bfloat16 matrix products", narrowProducts.Forward)
            .Add("float32 matrix products", products.Forward)
            .Run($"{Title}: bfloat16 and float32", seconds);
    }

    /// <summary>All threads against one.</summary>
    /// <param name="seconds">How long to take.</param>
    /// <param name="type">The activations' type.</param>
    public void Cores(double seconds, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var model = new VideoMambaModel(Config).ToActivationType(type);
        int all = get_num_threads();
        using PreparedModel shared = new(model), alone = new(model);
        var clips = Clips();
        new Pairing()
            .Add($"{all} threads", () => OnThreads(all, shared))
            .Add("one thread", () => OnThreads(1, alone))
            .Run($"{Title}, {type}: against one", seconds);
        set_num_threads(all);

        void OnThreads(int threads, PreparedModel prepared)
        {
            set_num_threads(threads);
            prepared.Score(clips);
        }
    }

    private Tensor Clips() => randn([Batch, Config.Channels, Config.Frames, Config.Height, Config.Width]);
}
