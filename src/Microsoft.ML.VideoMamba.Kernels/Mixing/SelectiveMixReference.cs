using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>A mixer's middle out of the reference faces of its parts: the specification that the other faces are tested against.</summary>
internal static class SelectiveMixReference
{
    public static Tensor Run(Tensor xz, MixDirection forward, MixDirection? reverse)
    {
        using var scope = NewDisposeScope();
        var halves = xz.chunk(2, -1);
        var y = Scan(halves[0], forward, SequenceDirection.Forward);
        if (reverse is not null) y = y + Scan(halves[0], reverse, SequenceDirection.Reverse);
        return (y * nn.functional.silu(halves[1].to_type(y.dtype))).to_type(xz.dtype).MoveToOuterDisposeScope();
    }

    private static Tensor Scan(Tensor x, MixDirection parameters, SequenceDirection direction)
    {
        int rank = parameters.Rank, states = parameters.States;
        var u = CausalConv1dReference.Run(x, parameters.ConvWeight, parameters.ConvBias, silu: true, direction);
        var selection = nn.functional.linear(u, parameters.XProj);
        var delta = nn.functional.linear(selection.narrow(-1, 0, rank), parameters.DtProj);
        var B = selection.narrow(-1, rank, states);
        var C = selection.narrow(-1, rank + states, states);
        var A = -parameters.ALog.exp();
        return SelectiveScanReference.Run(
            u, delta, A, B, C, parameters.D, z: null, parameters.DtBias, initialState: null, deltaSoftplus: true, direction).Y.to_type(A.dtype);
    }
}
