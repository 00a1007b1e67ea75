using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>The checks of both norms' entries.</summary>
internal static class NormArguments
{
    public static void Check(Tensor x, Tensor weight, Tensor? bias, Tensor? residual, double epsilon)
    {
        TensorArgument.RequireType(x, TensorArgument.Activations);
        long[] shape = x.shape;
        if (shape.Length == 0 || shape.Any(size => size < 1))
        {
            throw new ArgumentException($"{nameof(x)} must have the shape (..., channels), each axis from 1 up; it has ({string.Join(", ", shape)}).", nameof(x));
        }

        var (parameter, channels) = (TensorArgument.ParameterType(x.dtype), ("channels", (long?)shape[^1]));
        TensorArgument.Require(weight, x, [parameter], [channels]);
        if (bias is not null) TensorArgument.Require(bias, x, [parameter], [channels]);
        if (residual is not null) TensorArgument.Require(residual, x, [parameter, x.dtype], [.. shape.Select((size, axis) => ($"axis {axis}", (long?)size))]);
        if (!(epsilon >= 0 && double.IsFinite(epsilon))) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"{nameof(epsilon)} must be a finite number from 0 up.");
    }
}
