using Microsoft.ML.VideoMamba.Kernels.Mixing;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>A mixer's input and parameters by name, and its steps one by one.</summary>
internal static class MixerOperands
{
    private const int States = 16, Taps = 4;

    public static Dictionary<string, Tensor?> Draw(int batch, int length, int embed, int inner, int rank, int directions, ScalarType type)
    {
        using var generator = new Generator(11);
        Tensor Normal(double scale, params long[] shape) => randn(shape, generator: generator) * scale;
        var operands = new Dictionary<string, Tensor?>
        {
            ["hidden"] = Normal(1, batch, length, embed).to_type(type),
            ["in_proj"] = Normal(1 / Math.Sqrt(embed), 2 * inner, embed).to_type(type),
            ["out_proj"] = Normal(1 / Math.Sqrt(inner), embed, inner).to_type(type),
        };
        for (int k = 0; k < directions; k++)
        {
            operands[$"conv{k}"] = Normal(0.5, inner, Taps);
            operands[$"conv_bias{k}"] = Normal(0.2, inner);
            operands[$"x_proj{k}"] = Normal(1 / Math.Sqrt(inner), rank + 2 * States, inner).to_type(type);
            operands[$"dt_proj{k}"] = Normal(1 / Math.Sqrt(rank), inner, rank).to_type(type);
            operands[$"dt_bias{k}"] = Normal(1, inner) - 2;
            operands[$"a_log{k}"] = Normal(0.1, inner, States) + arange(1, States + 1, ScalarType.Float32).log();
            operands[$"d{k}"] = Normal(1, inner);
        }

        return operands;
    }

    public static MixerParameters Parameters(IReadOnlyDictionary<string, Tensor?> of, int directions) =>
        new(of["in_proj"]!, of["out_proj"]!, Direction(of, 0), directions > 1 ? Direction(of, 1) : null);

    /// <summary>The mixer of <paramref name="hidden"/> by the reference face.</summary>
    public static Tensor Steps(Tensor hidden, IReadOnlyDictionary<string, Tensor?> of, int directions)
    {
        var parameters = Parameters(of, directions);
        var xz = nn.functional.linear(hidden, parameters.InProj);
        return nn.functional.linear(SelectiveMix.Run(xz, parameters.Forward, parameters.Reverse, KernelFace.Reference), parameters.OutProj);
    }

    private static MixDirection Direction(IReadOnlyDictionary<string, Tensor?> of, int k) =>
        new(of[$"conv{k}"]!, of[$"conv_bias{k}"]!, of[$"x_proj{k}"]!, of[$"dt_proj{k}"]!, of[$"dt_bias{k}"]!, of[$"a_log{k}"]!, of[$"d{k}"]!);
}
