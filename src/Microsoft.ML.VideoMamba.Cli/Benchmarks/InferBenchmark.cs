using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>A network's pass over clips as in evaluation; with gradients if they are asked for.</summary>
internal sealed class InferBenchmark : IBenchmark
{
    private readonly BenchOptions _options;
    private readonly BenchModel _network;

    public InferBenchmark(BenchOptions options)
    {
        _options = options;
        _network = new BenchModel(options, options.DType);
        _network.Model.eval();
    }

    public int Clips => _options.Batch;

    public LeastWork Least => ModelWork.Of(_options.Config, _options.Batch, _options.ElementSize, _options.Backward);

    public void Run()
    {
        using var gradients = set_grad_enabled(_options.Backward);
        using var scope = NewDisposeScope();
        var logits = _network.Model.forward(_network.Clips);
        if (_options.Backward) autograd.grad([logits.sum()], [.. _network.Model.parameters()]);
    }

    public MatrixProducts CreateProducts() => new(_options, _options.Backward);

    public void Dispose() => _network.Dispose();
}
