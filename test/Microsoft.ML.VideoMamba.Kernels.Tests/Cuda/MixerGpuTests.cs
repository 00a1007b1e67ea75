using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>The fused mixer against its steps one by one in float64, output and every gradient.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[DoNotParallelize]
public sealed class MixerGpuTests
{
    private const int States = 16, Taps = 4;

    [TestMethod]
    [DataRow(1, 1, 16, 8, 1, 2)]
    [DataRow(2, 9, 24, 40, 3, 2)]
    [DataRow(3, 33, 32, 64, 2, 1)]
    [DataRow(1, 600, 192, 384, 12, 2)]
    [DataRow(9, 197, 192, 384, 12, 2)]
    [DataRow(1, 100, 576, 1152, 36, 2)]
    public void EqualsItsStepsInFloat64(int batch, int length, int embed, int inner, int rank, int directions)
    {
        Gpu.Require();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 }) Compare(batch, length, embed, inner, rank, directions, type);
    }

    [TestMethod]
    public void FiftyPassesLeaveNoTensorBehind()
    {
        Gpu.Require();
        TensorLeaks.AssertNone(() =>
        {
            var leaves = Operands(2, 40, 32, 64, 2, 2, ScalarType.Float32).ToDictionary(item => item.Key, item => (Tensor?)item.Value!.cuda().requires_grad_());
            Fused(leaves, 2)[0].sum().backward();
            foreach (var leaf in leaves.Values) leaf!.grad!.Dispose();
        }, spared: 20);
    }

    private static void Compare(int batch, int length, int embed, int inner, int rank, int directions, ScalarType type)
    {
        using var scope = NewDisposeScope();
        Float64Comparison.Assert(
            Operands(batch, length, embed, inner, rank, directions, type), of => Steps(of, directions), of => Fused(of, directions), CUDA,
            stored => type == ScalarType.Float32 ? 1e-4 : 4e-2);
    }

    private static Dictionary<string, Tensor?> Operands(int batch, int length, int embed, int inner, int rank, int directions, ScalarType type)
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

    private static Tensor[] Fused(IReadOnlyDictionary<string, Tensor?> of, int directions) =>
        [FusedMixer.Run(of["hidden"]!, new MixerParameters(of["in_proj"]!, of["out_proj"]!, Direction(of, 0), directions > 1 ? Direction(of, 1) : null))];

    private static Tensor[] Steps(IReadOnlyDictionary<string, Tensor?> of, int directions)
    {
        var xz = nn.functional.linear(of["hidden"]!, of["in_proj"]!);
        return [nn.functional.linear(SelectiveMix.Run(xz, Direction(of, 0), directions > 1 ? Direction(of, 1) : null, KernelFace.Reference), of["out_proj"]!)];
    }

    private static MixDirection Direction(IReadOnlyDictionary<string, Tensor?> of, int k) =>
        new(of[$"conv{k}"]!, of[$"conv_bias{k}"]!, of[$"x_proj{k}"]!, of[$"dt_proj{k}"]!, of[$"dt_bias{k}"]!, of[$"a_log{k}"]!, of[$"d{k}"]!);
}
