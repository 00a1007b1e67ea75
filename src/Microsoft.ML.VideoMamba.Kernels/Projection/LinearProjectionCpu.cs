using Microsoft.ML.VideoMamba.Kernels.MatrixProducts;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Projection;

/// <summary>The CPU face of the linear map. Arguments are checked by the public entry.</summary>
internal static class LinearProjectionCpu
{
    public static Tensor Run(Tensor x, Tensor weight, Tensor? bias, SimdWidth width)
    {
        using var scope = NewDisposeScope();
        bool differentiable = is_grad_enabled() && (x.requires_grad || weight.requires_grad || bias is { requires_grad: true });
        var y = differentiable
            ? LinearProjectionFunction.apply(x, weight, bias!, width)
            : Forward(x.contiguous(), weight.contiguous(), bias?.contiguous(), width);
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>Runs the forward product on contiguous tensors.</summary>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias, SimdWidth width)
    {
        long[] shape = [.. x.shape.SkipLast(1), weight.shape[0]];
        var y = bias is null ? empty(shape) : bias.expand(shape).contiguous();
        MatrixProduct.Run(new MatrixView(x), new MatrixView(weight).Transposed, new MatrixView(y), width, add: bias is not null);
        GC.KeepAlive((x, weight));
        return y;
    }

    /// <summary>Runs the backward products on contiguous tensors and returns the gradients of x (unless unwanted), weight and bias.</summary>
    public static (Tensor? X, Tensor Weight, Tensor? Bias) Backward(Tensor x, Tensor weight, bool hasBias, bool wantsX, Tensor dy, SimdWidth width)
    {
        var dx = wantsX ? empty_like(x) : null;
        if (dx is not null) MatrixProduct.Run(new MatrixView(dy), new MatrixView(weight), new MatrixView(dx), width);
        var dWeight = empty_like(weight);
        MatrixProduct.Run(new MatrixView(dy).Transposed, new MatrixView(x), new MatrixView(dWeight), width);
        GC.KeepAlive((x, weight, dy));
        return (dx, dWeight, hasBias ? dy.reshape(-1, weight.shape[0]).sum([0]) : null);
    }
}
