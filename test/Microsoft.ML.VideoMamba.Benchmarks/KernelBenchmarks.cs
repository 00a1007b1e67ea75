using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Normalization;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Benchmarks;

/// <summary>The kernels one by one at the size of one layer.</summary>
internal sealed class KernelBenchmarks(int batch, int length, int embedDim)
{
    private const int States = 16;

    private readonly int _channels = 2 * embedDim;
    private readonly int _rank = embedDim / 16;

    public void Run(double seconds)
    {
        using var scope = NewDisposeScope();
        var (xz, mix) = (randn(batch, length, 2 * _channels), (Forward: Direction(), Reverse: Direction()));
        var (u, z, delta) = (randn(batch, length, _channels), randn(batch, length, _channels), randn(batch, length, _channels));
        var (b, c) = (randn(batch, length, States), randn(batch, length, States));
        var (hidden, residual, scale) = (randn(batch, length, embedDim), randn(batch, length, embedDim), ones(embedDim));
        var a = -mix.Forward.ALog.exp();
        var exponentials = new Exponentials((long)batch * length * _channels * States);
        new Pairing()
            .Add("exponentials of one direction", exponentials.Run)
            .Add("scan, one direction, gate", NoGrad(() => SelectiveScan.Run(u, delta, a, b, c, mix.Forward.D, z, mix.Forward.DtBias, deltaSoftplus: true)))
            .Add("scan, forward and backward", Training(u, x => SelectiveScan.Run(x, delta, a, b, c, mix.Forward.D, z, mix.Forward.DtBias, deltaSoftplus: true).Y))
            .Add("convolution, one direction", NoGrad(() => CausalConv1d.Run(u, mix.Forward.ConvWeight, mix.Forward.ConvBias)))
            .Add("convolution, forward and backward", Training(u, x => CausalConv1d.Run(x, mix.Forward.ConvWeight, mix.Forward.ConvBias)))
            .Add("add and norm", NoGrad(() => RmsNorm.Run(hidden, scale, residual)))
            .Add("add and norm, forward and backward", Training(hidden, x => RmsNorm.Run(x, scale, residual).Y))
            .Add("mix, both directions", NoGrad(() => SelectiveMix.Run(xz, mix.Forward, mix.Reverse)))
            .Add("mix, forward and backward", Training(xz, x => SelectiveMix.Run(x, mix.Forward, mix.Reverse)))
            .Run($"Kernels, batch {batch}, {length} tokens, {_channels} channels", seconds);
    }

    private static Action NoGrad(Action action) => () =>
    {
        using var noGrad = no_grad();
        action();
    };

    private static Action Training(Tensor input, Func<Tensor, Tensor> function) => () =>
    {
        var x = input.detach().requires_grad_();
        var y = function(x);
        y.backward([ones_like(y)]);
    };

    private MixDirection Direction() => new(
        randn(_channels, 4) * 0.3, randn(_channels) * 0.1, randn(_rank + 2 * States, _channels) / Math.Sqrt(_channels), randn(_channels, _rank) / Math.Sqrt(_rank),
        randn(_channels) - 1, (arange(1, States + 1, ScalarType.Float32).log() + randn(_channels, States) * 0.1).contiguous(), ones(_channels));
}
