using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The CPU face of the convolution. Arguments are checked by the public entry.</summary>
internal static class CausalConv1dCpu
{
    public static Tensor Run(Tensor x, Tensor weight, Tensor? bias, ConvOptions options)
    {
        using var scope = NewDisposeScope();
        bool differentiable = is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias is { requires_grad: true });
        var y = differentiable
            ? CausalConv1dFunction.apply(x, weight, bias!, options)
            : Forward(x.contiguous(), weight.contiguous(), bias?.contiguous(), options);
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>Runs the forward kernel on contiguous tensors.</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias, ConvOptions options)
    {
        var y = empty_like(x);
        using var scratch = Scratch.Rent();
        var size = Size(x, options);
        var pass = new ConvPass(size, scratch, weight, bias, options.Silu, options.Direction);
        SimdRunner.Run(new ConvForwardKernel(size, new TensorRows(x), [pass], [new TensorRows(y)]), options.Width, x.dtype);
        GC.KeepAlive((x, weight, bias));
        return y;
    }

    /// <summary>Runs the backward kernel on contiguous tensors and returns the gradients of x, weight and bias.</summary>
    public static (Tensor X, Tensor Weight, Tensor? Bias) Backward(Tensor x, Tensor weight, Tensor? bias, ConvOptions options, Tensor dy)
    {
        var dx = empty_like(x);
        using var scratch = Scratch.Rent();
        var size = Size(x, options);
        var pass = new ConvPass(size, scratch, weight, bias, options.Silu, options.Direction);
        var gradients = new ConvGradients(size, new TensorRows(dy));
        SimdRunner.Run(new ConvBackwardKernel(size, new TensorRows(x), [pass], [gradients], new TensorRows(dx)), options.Width, x.dtype);
        GC.KeepAlive((x, weight, bias, dy));
        return (dx, gradients.Weight(weight.shape[1]), bias is null ? null : gradients.BiasSum());
    }

    private static ConvSize Size(Tensor x, ConvOptions options) => new((int)x.shape[0], (int)x.shape[1], (int)x.shape[2], options.Width);
}
