using Microsoft.ML.VideoMamba.Kernels;
using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Normalization;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Benchmarks.Kernels;

/// <summary>The kernels one by one at the size of one layer, beside the exponentials of one direction; and the scan beside plain torch operations.</summary>
internal sealed class KernelPairs(int batch, int length, int embedDim)
{
    private string Size => $"batch {batch}, {length} tokens, {2 * embedDim} channels, {get_num_threads()} threads";

    public void Run(double seconds)
    {
        using var layer = new LayerTensors(batch, length, embedDim);
        var mix = (layer.Forward, layer.Reverse);
        new Pairing()
            .Add("exponentials of one direction", new Exponentials(layer.Exponentials).Run)
            .Add("scan, one direction, gate", NoGrad(() => layer.Scan()))
            .Add("scan, forward and backward", Training(layer.U, x => layer.Scan(x)))
            .Add("convolution, one direction", NoGrad(() => CausalConv1d.Run(layer.U, mix.Forward.ConvWeight, mix.Forward.ConvBias)))
            .Add("convolution, forward and backward", Training(layer.U, x => CausalConv1d.Run(x, mix.Forward.ConvWeight, mix.Forward.ConvBias)))
            .Add("add and norm", NoGrad(() => RmsNorm.Run(layer.Hidden, layer.Scale, layer.Residual)))
            .Add("add and norm, forward and backward", Training(layer.Hidden, x => RmsNorm.Run(x, layer.Scale, layer.Residual).Y))
            .Add("mix, both directions", NoGrad(() => SelectiveMix.Run(layer.XZ, mix.Forward, mix.Reverse)))
            .Add("mix, forward and backward", Training(layer.XZ, x => SelectiveMix.Run(x, mix.Forward, mix.Reverse)))
            .Run($"Kernels, {Size}", seconds);
    }

    /// <summary>The scan alone: beside the exponentials, and beside the plain torch face, which takes a second.</summary>
    public void RunScan(double seconds)
    {
        using var layer = new LayerTensors(batch, length, embedDim);
        new Pairing()
            .Add("exponentials of one direction", new Exponentials(layer.Exponentials).Run)
            .Add("scan, one direction, gate", NoGrad(() => layer.Scan()))
            .Run($"Scan, {Size}", seconds);
        new Pairing()
            .Add("scan, one direction, gate", NoGrad(() => layer.Scan()))
            .Add("plain torch operations", NoGrad(() => layer.Scan(face: KernelFace.Reference)))
            .Run($"Scan and its specification, {Size}", seconds);
        new Pairing()
            .Add("scan, forward and backward", Training(layer.U, x => layer.Scan(x)))
            .Add("plain torch operations", Training(layer.U, x => layer.Scan(x, KernelFace.Reference)))
            .Run($"Scan and its specification, forward and backward, {Size}", seconds);
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
}
