using Microsoft.ML.VideoMamba.Models.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>One layer's mixer: projections, convolutions and scans.</summary>
internal sealed class MixerBenchmark : IBenchmark
{
    private readonly BenchOptions _options;
    private readonly BenchModel _network;
    private readonly MambaMixer _mixer;
    private readonly Tensor[] _inputs;
    private readonly Tensor _dy;

    public MixerBenchmark(BenchOptions options)
    {
        _options = options;
        _network = new BenchModel(options with { Config = options.Config with { Depth = 1, CheckpointedLayers = 0 } }, options.DType);
        _mixer = _network.Model.modules().OfType<MambaMixer>().Single();
        using var scope = NewDisposeScope();
        var hidden = randn([options.Batch, options.Length, options.Config.EmbedDim], device: options.Device).to(options.DType).requires_grad_(options.Backward).DetachFromDisposeScope();
        _inputs = [hidden, .. _mixer.parameters()];
        _dy = randn_like(hidden).detach().DetachFromDisposeScope();
    }

    public int Clips => _options.Batch;

    public LeastWork Least => ModelWork.OfMixers(_options.Config with { Depth = 1 }, (double)_options.Batch * _options.Length, _options.ElementSize, _options.Backward)
        + new LeastWork((_options.Backward ? 4.0 : 2.0) * _dy.numel() * _options.ElementSize);

    public void Run()
    {
        using var gradients = set_grad_enabled(_options.Backward);
        using var scope = NewDisposeScope();
        var y = _mixer.forward(_inputs[0]);
        if (_options.Backward) autograd.grad([y], _inputs, [_dy]);
    }

    public void Dispose()
    {
        _inputs[0].Dispose();
        _dy.Dispose();
        _network.Dispose();
    }
}
