using Microsoft.ML.VideoMamba.Kernels.Runtime;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>Makes a benchmark, measures its memory, its time and its yardstick's, and finds the floor under it.</summary>
internal static class BenchRunner
{
    private const int RunsForMemory = 3, SamplesForRates = 7;

    public static readonly IReadOnlyDictionary<string, Func<BenchOptions, IBenchmark>> Benchmarks = new Dictionary<string, Func<BenchOptions, IBenchmark>>
    {
        ["scan"] = options => new ScanBenchmark(options),
        ["mixer"] = options => new MixerBenchmark(options),
        ["infer"] = options => new InferBenchmark(options),
        ["train"] = options => new TrainBenchmark(options),
        ["decode"] = options => new DecodeBenchmark(options),
    };

    public static BenchResult Run(string name, BenchOptions options, int? samples, CancellationToken cancellation)
    {
        TorchSeed.Set(1, options.Device);
        var timer = new BenchTimer(options.Device, samples, cancellation);
        var memory = new PeakMemory(options.Device);
        using var benchmark = Benchmarks[name](options);
        // The peak is the work's own: it is read before the yardstick is made.
        timer.Repeat(benchmark.Run, RunsForMemory);
        long peak = memory.Bytes;
        using var products = options.Device.type == DeviceType.CPU ? benchmark.CreateProducts() : null;
        var seconds = products is null ? timer.Measure(benchmark.Run) : timer.Measure(benchmark.Run, products.Run);
        var rates = UnitRates.Measure(new BenchTimer(options.Device, SamplesForRates, cancellation), benchmark.Least, options.DType, options.Device);
        return new BenchResult(seconds[0], products is not null ? seconds[1] : null, benchmark.Clips, peak, rates.Floor(benchmark.Least, options.Device.type), benchmark.ClipsAtOnce, benchmark.Passes);
    }
}
