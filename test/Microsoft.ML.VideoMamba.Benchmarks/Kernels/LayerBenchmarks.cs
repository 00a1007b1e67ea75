using BenchmarkDotNet.Attributes;
using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Normalization;
using Microsoft.ML.VideoMamba.Kernels.Projection;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Benchmarks.Kernels;

/// <summary>The kernels of one layer, float32, without gradients: Ti's channels, 8 frames' tokens.</summary>
[MemoryDiagnoser]
public class LayerBenchmarks : IDisposable
{
    private LayerTensors _layer = null!;

    /// <summary>Tokens of a clip.</summary>
    [Params(1569)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        TorchRuntime.EnsureLoaded();
        _layer = new LayerTensors(1, Length, 192);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _layer.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public void Scan() => Run(() => _layer.Scan());

    [Benchmark]
    public void Convolution() => Run(() => CausalConv1d.Run(_layer.U, _layer.Forward.ConvWeight, _layer.Forward.ConvBias));

    [Benchmark]
    public void AddAndNorm() => Run(() => RmsNorm.Run(_layer.Hidden, _layer.Scale, _layer.Residual));

    [Benchmark]
    public void Mix() => Run(() => SelectiveMix.Run(_layer.XZ, _layer.Forward, _layer.Reverse));

    [Benchmark]
    public void Project() => Run(() => LinearProjection.Run(_layer.Hidden, _layer.InProj));

    private static void Run(Action kernel)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        kernel();
    }
}
