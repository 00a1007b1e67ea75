using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>Both norms in plain torch operations: the specification that the other faces are tested against.</summary>
/// <remarks>s = x + residual; RMS: y = s / sqrt(mean(s²) + eps) · weight; layer: y = (s - mean(s)) / sqrt(var(s) + eps) · weight + bias.</remarks>
internal static class NormReference
{
    public static NormOutput Rms(Tensor x, Tensor weight, Tensor? residual, double epsilon)
    {
        using var scope = NewDisposeScope();
        var sum = Sum(x, residual);
        var inverse = (sum.square().mean([-1], keepdim: true) + epsilon).rsqrt();
        return Output(sum * inverse * weight, sum, x.dtype);
    }

    public static NormOutput Layer(Tensor x, Tensor weight, Tensor? bias, Tensor? residual, double epsilon)
    {
        using var scope = NewDisposeScope();
        var sum = Sum(x, residual);
        var centred = sum - sum.mean([-1], keepdim: true);
        var inverse = (centred.square().mean([-1], keepdim: true) + epsilon).rsqrt();
        var y = centred * inverse * weight;
        return Output(bias is null ? y : y + bias, sum, x.dtype);
    }

    private static Tensor Sum(Tensor x, Tensor? residual)
    {
        var type = x.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        return residual is null ? x.to_type(type) : x.to_type(type) + residual.to_type(type);
    }

    private static NormOutput Output(Tensor y, Tensor sum, ScalarType type) =>
        new(y.to_type(type).MoveToOuterDisposeScope(), sum.alias().MoveToOuterDisposeScope());
}
