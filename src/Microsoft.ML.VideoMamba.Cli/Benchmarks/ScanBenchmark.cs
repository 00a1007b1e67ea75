using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Cli.Benchmarks;

/// <summary>The selective scan alone, with the gate, D, bias and softplus that the network uses it with, along one direction or both.</summary>
internal sealed class ScanBenchmark : IBenchmark
{
    private readonly BenchOptions _options;
    private readonly Tensor[] _inputs;
    private readonly Tensor _dy;

    public ScanBenchmark(BenchOptions options)
    {
        _options = options;
        long batch = options.Batch, length = options.Length, channels = options.Channels, states = options.Config.StateSize;
        using var scope = NewDisposeScope();
        long[] both = options.Directions == 2 ? [2] : [];
        Tensor[] inputs =
        [
            Activations(both, channels), // u
            Activations(both, channels), // delta
            -(randn([.. both, channels, states], device: options.Device).exp()), // A
            Activations(both, states), // B
            Activations(both, states), // C
            randn([.. both, channels], device: options.Device), // D
            Activations([], channels), // z
            randn([.. both, channels], device: options.Device), // delta bias
        ];
        _inputs = [.. inputs.Select(input => input.requires_grad_(options.Backward).DetachFromDisposeScope())];
        _dy = Activations(both, channels).DetachFromDisposeScope();

        Tensor Activations(long[] axes, long width) => randn([.. axes, batch, length, width], device: options.Device).to(options.DType);
    }

    public int Clips => _options.Batch;

    public LeastWork Least =>
        _options.Directions * ScanWork.Of((double)_options.Batch * _options.Length, _options.Channels, _options.Config.StateSize, _options.ElementSize, _options.Backward);

    public void Run()
    {
        using var gradients = set_grad_enabled(_options.Backward);
        using var scope = NewDisposeScope();
        var y = Scan();
        if (_options.Backward) autograd.grad([y], _inputs, [_dy]);
    }

    public void Dispose()
    {
        foreach (var input in _inputs) input.Dispose();
        _dy.Dispose();
    }

    private Tensor Scan() => _options.Directions == 2
        ? BidirectionalScan.Run(_inputs[0], _inputs[1], _inputs[2], _inputs[3], _inputs[4], _inputs[5], _inputs[6], _inputs[7], deltaSoftplus: true).Y
        : SelectiveScan.Run(_inputs[0], _inputs[1], _inputs[2], _inputs[3], _inputs[4], _inputs[5], _inputs[6], _inputs[7], deltaSoftplus: true).Y;
}
