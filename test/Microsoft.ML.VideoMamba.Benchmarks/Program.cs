using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Microsoft.ML.VideoMamba.Benchmarks.Decoding;
using Microsoft.ML.VideoMamba.Benchmarks.Kernels;
using Microsoft.ML.VideoMamba.Benchmarks.Networks;
using Microsoft.ML.VideoMamba.Benchmarks.Pipelines;
using Microsoft.ML.VideoMamba.Kernels;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Benchmarks;

/// <summary>Benchmarks by name: <c>NAME [SECONDS [THREADS [TOKENS]]]</c>. docs/performance-cpu.md says which there are.</summary>
internal static class Program
{
    private const int Width = 192, Tokens = 1569;

    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["decode-pairs", .. var files]:
                return DecodePairs.Run(files);
            case ["run", .. var filters]: // BenchmarkDotNet's own command line: try run --list flat
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(filters, DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)));
                return 0;
            case ["length-of", var frames, var childThreads]:
                TorchRuntime.EnsureLoaded();
                LengthSeries.RunOne(int.Parse(frames, CultureInfo.InvariantCulture), int.Parse(childThreads, CultureInfo.InvariantCulture));
                return 0;
        }

        TorchRuntime.EnsureLoaded();
        double seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 5;
        set_num_threads(args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : get_num_threads());
        int tokens = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : Tokens;
        Pairing.Only = Environment.GetEnvironmentVariable("ONLY");
        Console.WriteLine($"{KernelFaces.Description}; {string.Join(" ", KernelFaces.InstructionSets)}");
        return Run(args.FirstOrDefault() ?? "", seconds, tokens);
    }

    private static int Run(string name, double seconds, int tokens)
    {
        var networks = new[] { NetworkPairs.QuickStart, NetworkPairs.Tiny };
        switch (name)
        {
            case "kernels":
                new KernelPairs(1, tokens, Width).Run(seconds);
                return 0;
            case "scan":
                new KernelPairs(1, tokens, Width).RunScan(seconds);
                return 0;
            case "products":
                ProductPairs.Run(tokens, Width, seconds);
                return 0;
            case "forward":
                foreach (var network in networks) network.Forward(seconds);
                return 0;
            case "training":
                foreach (var network in networks) network.TrainingStep(seconds);
                return 0;
            case "precision":
                foreach (var network in new[] { NetworkPairs.Tiny, NetworkPairs.Small, NetworkPairs.Middle }) network.Precision(seconds);
                return 0;
            case "cores":
                foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
                {
                    NetworkPairs.QuickStart.Cores(seconds, type);
                    (NetworkPairs.Tiny with { Batch = 4 }).Cores(seconds, type);
                    NetworkPairs.Tiny.Cores(seconds, type);
                }

                return 0;
            case "lengths":
                LengthSeries.Run();
                return 0;
            case "pipeline":
                PipelinePairs.Run(NetworkPairs.QuickStart, clips: 32, seconds);
                PipelinePairs.Run(NetworkPairs.Tiny, clips: 2, seconds);
                return 0;
            case "accuracy":
                Accuracy.Print();
                return 0;
            default:
                Console.Error.WriteLine("NAME [SECONDS [THREADS [TOKENS]]]: kernels, scan, products, forward, training, precision, cores, lengths, pipeline, accuracy, decode-pairs or run.");
                return 2;
        }
    }
}
