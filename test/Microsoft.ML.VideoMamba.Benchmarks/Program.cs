using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Microsoft.ML.VideoMamba.Benchmarks.Decoding;
using Microsoft.ML.VideoMamba.Kernels;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Training.Optimization;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Benchmarks;

internal static class Program
{
    private static readonly VideoMambaConfig s_quickStart = VideoMambaConfig.Tiny with { Depth = 2, Tubelet = 2, Frames = 8, Height = 64, Width = 64, Classes = 4 };

    private static void Main(string[] args)
    {
        switch (args)
        {
            case ["decode-pairs", .. var files]:
                DecodePairs.Run(files);
                return;
            case ["run", .. var filters]: // BenchmarkDotNet's own command line: try run --list flat
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(filters, DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)));
                return;
        }

        TorchRuntime.EnsureLoaded();
        double seconds = args.Length > 1 ? double.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 5;
        int threads = args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : get_num_threads();
        set_num_threads(threads);
        Pairing.Only = Environment.GetEnvironmentVariable("ONLY");
        Console.WriteLine($"{KernelFaces.Description}; {string.Join(" ", KernelFaces.InstructionSets)}");
        switch (args.FirstOrDefault() ?? "all")
        {
            case "kernels":
                new KernelBenchmarks(1, args.Length > 3 ? int.Parse(args[3]) : 1569, 192).Run(seconds);
                break;
            case "products":
                ProductBenchmarks.Run(args.Length > 3 ? int.Parse(args[3]) : 1569, 192, seconds);
                break;
            case "quickstart":
                Forward("QuickStart model forward", s_quickStart, 32, seconds);
                TrainingStep("QuickStart model training step", s_quickStart, 32, seconds);
                break;
            case "precision":
                Precision("Ti forward", VideoMambaConfig.Tiny, 1, seconds);
                break;
            case "tiny":
                Forward("Ti forward", VideoMambaConfig.Tiny, 1, seconds);
                TrainingStep("Ti training step", VideoMambaConfig.Tiny, 1, seconds);
                break;
        }
    }

    private static void Forward(string title, VideoMambaConfig config, int batch, double seconds)
    {
        using var scope = NewDisposeScope();
        using var model = new VideoMambaModel(config);
        using var prepared = new PreparedModel(model);
        using var products = new MatrixProducts(config, batch);
        var clips = randn([batch, config.Channels, config.Frames, config.Height, config.Width]);
        using var noGrad = no_grad();
        new Pairing().Add($"matrix products ({products.ForwardMultiplyAdds / 1e9:f2} G)", products.Forward).Add("model", () => model.forward(clips)).Add("prepared", () => prepared.Score(clips)).Run(title, seconds);
    }

    private static void Precision(string title, VideoMambaConfig config, int batch, double seconds)
    {
        using var scope = NewDisposeScope();
        using VideoMambaModel single = new(config), narrow = new VideoMambaModel(config).ToActivationType(ScalarType.BFloat16);
        single.eval();
        narrow.eval();
        using MatrixProducts products = new(config, batch), narrowProducts = new(config, batch, ScalarType.BFloat16);
        var clips = randn([batch, config.Channels, config.Frames, config.Height, config.Width]);
        using var noGrad = no_grad();
        new Pairing()
            .Add("bfloat16", () => narrow.forward(clips))
            .Add("float32", () => single.forward(clips))
            .Add("bfloat16 matrix products", narrowProducts.Forward)
            .Add("float32 matrix products", products.Forward)
            .Run(title, seconds);
    }

    private static void TrainingStep(string title, VideoMambaConfig config, int batch, double seconds)
    {
        using var scope = NewDisposeScope();
        using var model = new VideoMambaModel(config);
        model.train();
        using var products = new MatrixProducts(config, batch);
        var clips = randn([batch, config.Channels, config.Frames, config.Height, config.Width]);
        var labels = arange(batch).remainder(config.Classes).to_type(ScalarType.Int64);
        var parameters = model.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        var groups = new ParameterGrouping().Group(parameters.Select(named => (named.Key, named.Value.shape)), config.Depth);
        using var optimizer = new AdamW(parameters, groups, (0.9, 0.999));
        Tensor? loss = null;
        void Step()
        {
            loss = CrossEntropy.OfLabels(model.forward(clips), labels, 0.1);
            loss.item<float>();
            loss.backward();
            optimizer.Parameters.ClipGradients(1);
            optimizer.Step(1e-4);
            optimizer.Parameters.ZeroGradients();
        }

        new Pairing()
            .Add("matrix products", products.ForwardAndBackward)
            .Add("whole step", Step)
            .Add("forward of a step", () => model.forward(clips))
            .Add("optimizer", () =>
            {
                optimizer.Parameters.ClipGradients(1);
                optimizer.Step(1e-4);
                optimizer.Parameters.ZeroGradients();
            })
            .Run(title, seconds);
    }
}
