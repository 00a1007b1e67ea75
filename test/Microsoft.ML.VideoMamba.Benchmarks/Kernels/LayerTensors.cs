using Microsoft.ML.VideoMamba.Kernels;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Benchmarks.Kernels;

/// <summary>Random operands of one layer's kernels.</summary>
internal sealed class LayerTensors : IDisposable
{
    private const int States = 16;

    private readonly int _channels, _rank;

    public LayerTensors(int batch, int length, int embedDim)
    {
        using var scope = NewDisposeScope();
        (_channels, _rank) = (2 * embedDim, embedDim / 16);
        (XZ, Forward, Reverse) = (randn(batch, length, 2 * _channels), Direction(), Direction());
        (U, Z, Delta) = (randn(batch, length, _channels), randn(batch, length, _channels), randn(batch, length, _channels));
        (B, C) = (randn(batch, length, States), randn(batch, length, States));
        (Hidden, Residual, Scale, InProj) = (randn(batch, length, embedDim), randn(batch, length, embedDim), ones(embedDim), randn(2 * _channels, embedDim));
        A = -Forward.ALog.exp();
        Exponentials = (long)batch * length * _channels * States;
        scope.Detach(Everything());
    }

    /// <summary>How many one direction takes.</summary>
    public long Exponentials { get; }

    public Tensor XZ { get; }

    public MixDirection Forward { get; }

    public MixDirection Reverse { get; }

    public Tensor U { get; }

    public Tensor Z { get; }

    public Tensor Delta { get; }

    public Tensor A { get; }

    public Tensor B { get; }

    public Tensor C { get; }

    public Tensor Hidden { get; }

    public Tensor Residual { get; }

    public Tensor Scale { get; }

    public Tensor InProj { get; }

    /// <summary>One direction's scan with softplus, skip and gate.</summary>
    public Tensor Scan(Tensor? u = null, KernelFace face = KernelFace.Auto) =>
        SelectiveScan.Run(u ?? U, Delta, A, B, C, Forward.D, Z, Forward.DtBias, deltaSoftplus: true, face: face).Y;

    public void Dispose()
    {
        foreach (var tensor in Everything()) tensor.Dispose();
    }

    private List<Tensor> Everything() => [XZ, U, Z, Delta, A, B, C, Hidden, Residual, Scale, InProj, .. Of(Forward), .. Of(Reverse)];

    private static Tensor[] Of(MixDirection direction) =>
        [direction.ConvWeight, direction.ConvBias, direction.XProj, direction.DtProj, direction.DtBias, direction.ALog, direction.D];

    private MixDirection Direction() => new(
        randn(_channels, 4) * 0.3, randn(_channels) * 0.1, randn(_rank + 2 * States, _channels) / Math.Sqrt(_channels), randn(_channels, _rank) / Math.Sqrt(_rank),
        randn(_channels) - 1, (arange(1, States + 1, ScalarType.Float32).log() + randn(_channels, States) * 0.1).contiguous(), ones(_channels));
}
