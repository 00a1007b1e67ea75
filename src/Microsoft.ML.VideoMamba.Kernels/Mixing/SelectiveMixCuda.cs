using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>A mixer's middle out of the CUDA faces of its parts, for what <see cref="FusedMixer"/> does not take: other scan orders and state sizes.</summary>
internal static class SelectiveMixCuda
{
    public static Tensor Run(Tensor xz, MixDirection forward, MixDirection? reverse)
    {
        using var scope = NewDisposeScope();
        var halves = xz.chunk(2, -1);
        var y = Scan(halves[0], halves[1], forward, SequenceDirection.Forward);
        if (reverse is not null) y = y.Plus(Scan(halves[0], halves[1], reverse, SequenceDirection.Reverse));
        return y.MoveToOuterDisposeScope();
    }

    private static Tensor Scan(Tensor x, Tensor z, MixDirection parameters, SequenceDirection direction)
    {
        int rank = parameters.Rank, states = parameters.States;
        var u = CausalConv1d.Run(x, parameters.ConvWeight, parameters.ConvBias, silu: true, direction, KernelFace.Cuda);
        var selection = nn.functional.linear(u, parameters.XProj);
        var delta = nn.functional.linear(selection.narrow(-1, 0, rank), parameters.DtProj);
        return SelectiveScan.Run(
            u, delta, -parameters.ALog.exp(), selection.narrow(-1, rank, states), selection.narrow(-1, rank + states, states), parameters.D, z, parameters.DtBias,
            deltaSoftplus: true, direction: direction, face: KernelFace.Cuda).Y;
    }
}
