using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The CPU face of the convolution.</summary>
internal sealed class CausalConv1dCpu(ConvOptions options) : IConvFace
{
    /// <inheritdoc/>
    public Tensor Forward(Tensor x, Tensor weight, Tensor? bias)
    {
        var y = empty_like(x);
        using var scratch = Scratch.Rent();
        var size = Size(x);
        var pass = new ConvPass(size, scratch, weight, bias, options.Silu, options.Direction);
        SimdRunner.Run(new ConvForwardKernel(size, new TensorRows(x), [pass], [new TensorRows(y)]), options.Width, x.dtype);
        GC.KeepAlive((x, weight, bias));
        return y;
    }

    /// <inheritdoc/>
    public (Tensor X, Tensor Weight, Tensor? Bias) Backward(Tensor x, Tensor weight, Tensor? bias, Tensor dy)
    {
        var dx = empty_like(x);
        using var scratch = Scratch.Rent();
        var size = Size(x);
        var pass = new ConvPass(size, scratch, weight, bias, options.Silu, options.Direction);
        var gradients = new ConvGradients(size, new TensorRows(dy));
        SimdRunner.Run(new ConvBackwardKernel(size, new TensorRows(x), [pass], [gradients], new TensorRows(dx)), options.Width, x.dtype);
        GC.KeepAlive((x, weight, bias, dy));
        return (dx, gradients.Weight(weight.shape[1]), bias is null ? null : gradients.BiasSum());
    }

    private ConvSize Size(Tensor x) => new((int)x.shape[0], (int)x.shape[1], (int)x.shape[2], options.Width);
}
