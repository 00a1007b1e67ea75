using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>
/// The CPU face of a mixer's middle: one convolution kernel and one scan kernel for both directions, with a matrix product for the selection between them; the
/// step sizes' projection is computed inside the scan. Arguments are checked by the public entry.
/// </summary>
internal static class SelectiveMixCpu
{
    public static Tensor Run(Tensor xz, MixDirection forward, MixDirection? reverse, SimdWidth width)
    {
        using var scope = NewDisposeScope();
        List<Tensor> inputs = [xz, .. forward.ToList(), .. reverse?.ToList() ?? []];
        var y = is_grad_enabled() && inputs.Any(input => input.requires_grad)
            ? SelectiveMixFunction.apply([.. inputs, width])
            : new MixPlan(inputs, width).Forward(keep: false).Y;
        return y.MoveToOuterDisposeScope();
    }
}
