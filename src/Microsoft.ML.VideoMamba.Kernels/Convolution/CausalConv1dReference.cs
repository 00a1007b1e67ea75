using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The causal depthwise convolution in plain torch operations: the specification that the other faces are tested against.</summary>
/// <remarks>
/// y_t = silu(bias + sum_k weight[:, k] x_(t - width + 1 + k)), zeros before the first token; for the reverse direction t + width - 1 - k, zeros after the last.
/// </remarks>
internal static class CausalConv1dReference
{
    public static Tensor Run(Tensor x, Tensor weight, Tensor? bias, bool silu, SequenceDirection direction)
    {
        using var scope = NewDisposeScope();
        long width = weight.shape[1], length = x.shape[1];
        var type = weight.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        bool forward = direction == SequenceDirection.Forward;
        var padded = nn.functional.pad(x.to_type(type), [0, 0, forward ? width - 1 : 0, forward ? 0 : width - 1]);
        var y = zeros_like(x, type);
        for (long k = 0; k < width; k++)
        {
            var tap = weight.select(1, forward ? k : width - 1 - k).to_type(type);
            y = y + padded.narrow(1, k, length) * tap;
        }

        if (bias is not null) y = y + bias;
        if (silu) y = nn.functional.silu(y);
        return y.to_type(x.dtype).MoveToOuterDisposeScope();
    }
}
