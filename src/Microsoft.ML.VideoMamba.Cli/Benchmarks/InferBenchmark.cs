using Microsoft.ML.VideoMamba.Kernels.Inference;
using Microsoft.ML.VideoMamba.Models;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>A network's pass over clips as in evaluation, prepared or recorded where that can be; with gradients if they are asked for.</summary>
internal sealed class InferBenchmark : IBenchmark
{
    private readonly BenchOptions _options;
    private readonly BenchModel _network;
    private readonly PreparedModel _prepared;
    private readonly RecordedNetwork? _recorded;

    public InferBenchmark(BenchOptions options)
    {
        _options = options;
        _network = new BenchModel(options, options.DType);
        _prepared = new PreparedModel(_network.Model);
        if (!options.Backward && _network.Model.RecordingProblem(options.DType) is null) _recorded = _network.Model.Record(options.Batch, options.DType, options.AtOnce, options.Passes);
    }

    public int Clips => _options.Batch;

    public int? ClipsAtOnce => _recorded?.ClipsAtOnce;

    public int? Passes => _recorded?.Passes;

    public LeastWork Least => ModelWork.Of(_options.Config, _options.Batch, _options.ElementSize, _options.Backward);

    public void Run()
    {
        using var scope = NewDisposeScope();
        if (_recorded is not null)
        {
            _recorded.Run(_network.Clips);
            return;
        }

        if (_options.Backward) autograd.grad([_network.Model.forward(_network.Clips).sum()], [.. _network.Model.parameters()]);
        else _prepared.Score(_network.Clips);
    }

    public MatrixProducts CreateProducts() => new(_options, _options.Backward);

    public void Dispose()
    {
        _recorded?.Dispose();
        _prepared.Dispose();
        _network.Dispose();
    }
}
