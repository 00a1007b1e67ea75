using BenchmarkDotNet.Attributes;
using Microsoft.ML.VideoMamba.Benchmarks.Networks;
using Microsoft.ML.VideoMamba.Kernels.Runtime;

namespace Microsoft.ML.VideoMamba.Benchmarks.Pipelines;

/// <summary>Eight decoded clips scored by the QuickStart's network: called directly, by a prediction engine, and as a view.</summary>
[MemoryDiagnoser]
public class PipelineBenchmarks : IDisposable
{
    private const int Clips = 8;

    private ScoredClips _scored = null!;

    [GlobalSetup]
    public void Prepare()
    {
        TorchRuntime.EnsureLoaded();
        _scored = new ScoredClips(NetworkPairs.QuickStart.Config, Clips);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _scored.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Clips)]
    public void Directly() => _scored.Directly();

    [Benchmark(OperationsPerInvoke = Clips)]
    public void ByEngine() => _scored.ByEngine();

    [Benchmark(OperationsPerInvoke = Clips)]
    public void AsView() => _scored.AsView();
}
