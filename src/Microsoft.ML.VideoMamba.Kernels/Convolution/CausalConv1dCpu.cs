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
        SimdRunner.Run(new ConvForwardKernel(x, weight, bias, options, y), options.Width, x.dtype);
        GC.KeepAlive((x, weight, bias));
        return y;
    }

    /// <summary>Runs the backward kernel on contiguous tensors and returns the gradients of x, weight and bias.</summary>
    public static (Tensor X, Tensor Weight, Tensor? Bias) Backward(Tensor x, Tensor weight, Tensor? bias, ConvOptions options, Tensor dy)
    {
        var dx = empty_like(x);
        var dWeight = empty(x.shape[0], weight.shape[0], weight.shape[1]);
        var dBias = empty(x.shape[0], weight.shape[0]);
        SimdRunner.Run(new ConvBackwardKernel(x, weight, bias, options, dy, dx, dWeight, dBias), options.Width, x.dtype);
        GC.KeepAlive((x, weight, bias, dy));
        return (dx, dWeight.sum([0]), bias is null ? null : dBias.sum([0]));
    }
}
