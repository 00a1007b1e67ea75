using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Training.Optimization;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>A training step: pass with drop path, loss, gradients, clipping, AdamW (on float32 masters where activations are bfloat16). Clips are ready in memory.</summary>
internal sealed class TrainBenchmark : IBenchmark
{
    private const double DropPathRate = 0.1;

    private readonly BenchOptions _options;
    private readonly BenchModel _network;
    private readonly Training.Optimization.AdamW _optimizer;
    private readonly Tensor _labels;

    public TrainBenchmark(BenchOptions options)
    {
        _options = options;
        _network = new BenchModel(options with { Config = options.Config with { DropPath = DropPathRate } }, ScalarType.Float32);
        _network.Model.train();
        _labels = randint(options.Config.Classes, [options.Batch], ScalarType.Int64, options.Device).DetachFromDisposeScope();
        var parameters = Parameters();
        var groups = new ParameterGrouping { Undecayed = _network.Model.UndecayedParameters.ToHashSet() }.Group(parameters.Select(named => (named.Key, named.Value.shape)), options.Config.Depth);
        _optimizer = new Training.Optimization.AdamW(parameters, groups, (0.9, 0.999));
        if (options.DType == ScalarType.Float32) return;
        _network.Model.ToActivationType(options.DType);
        _optimizer.Parameters.RunOn(Parameters());
    }

    public int Clips => _options.Batch;

    public LeastWork Least => ModelWork.Of(_options.Config, _options.Batch, _options.ElementSize, backward: true) + ModelWork.OfStep(_options.Config);

    public void Run()
    {
        using var scope = NewDisposeScope();
        var loss = CrossEntropy.OfLabels(_network.Model.forward(_network.Clips), _labels);
        _optimizer.Parameters.Backward(loss);
        _optimizer.Update(1e-4, maxNorm: 1);
    }

    public MatrixProducts CreateProducts() => new(_options, backward: true);

    public void Dispose()
    {
        _optimizer.Dispose();
        _labels.Dispose();
        _network.Dispose();
    }

    private Dictionary<string, TorchSharp.Modules.Parameter> Parameters() => _network.Model.named_parameters().ToDictionary(named => named.name, named => named.parameter);
}
