using BenchmarkDotNet.Attributes;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Benchmarks.Networks;

/// <summary>One clip of 8 frames through Ti, in each precision, prepared and by the model's own forward.</summary>
[MemoryDiagnoser]
public class ModelBenchmarks : IDisposable
{
    private VideoMambaModel _model = null!;
    private PreparedModel _prepared = null!;
    private Tensor _clips = null!;

    [Params(ScalarType.Float32, ScalarType.BFloat16)]
    public ScalarType Activations { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        TorchRuntime.EnsureLoaded();
        var config = VideoMambaConfig.Tiny;
        _model = new VideoMambaModel(config).ToActivationType(Activations);
        _prepared = new PreparedModel(_model);
        _clips = randn([1, config.Channels, config.Frames, config.Height, config.Width]);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _clips.Dispose();
        _prepared.Dispose();
        _model.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public void Score() => _prepared.Score(_clips).Dispose();

    [Benchmark]
    public void Forward()
    {
        using var noGrad = no_grad();
        _model.forward(_clips).Dispose();
    }
}
