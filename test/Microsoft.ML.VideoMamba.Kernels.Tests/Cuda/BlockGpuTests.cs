using Microsoft.ML.VideoMamba.Kernels.Inference;
using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Normalization;
using Microsoft.ML.VideoMamba.TestCommon;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>The fused layer against its steps one by one in float64, outputs and every gradient.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[DoNotParallelize]
public sealed class BlockGpuTests
{
    private const double Epsilon = 1e-5;

    // The last size is cut into chunks, forwards and backwards.
    [TestMethod]
    [DataRow(1, 1, 16, 8, 1, 2, false)]
    [DataRow(3, 33, 32, 64, 2, 1, true)]
    [DataRow(9, 197, 192, 384, 12, 2, false)]
    [DataRow(2, 700, 64, 40, 3, 2, true)]
    public void EqualsItsStepsInFloat64(int batch, int length, int embed, int inner, int rank, int directions, bool centred)
    {
        Gpu.Require();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            foreach (bool keepLeast in new[] { false, true }) Compare(Operands(batch, length, embed, inner, rank, directions, centred, type), directions, keepLeast, type);
        }
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void NothingMayBeAddedAndNothingDropped(bool added)
    {
        Gpu.Require();
        var operands = Operands(2, 40, 32, 64, 2, 2, centred: false, ScalarType.Float32);
        operands[added ? "scale" : "hidden"] = null;
        if (!added) operands["scale"] = null;
        Compare(operands, directions: 2, keepLeast: false, ScalarType.Float32);
    }

    [TestMethod]
    public void RepeatsBitForBit()
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        byte[][] Pass()
        {
            var leaves = Operands(5, 300, 64, 128, 4, 2, centred: false, ScalarType.BFloat16).ToDictionary(item => item.Key, item => (Tensor?)item.Value!.cuda().requires_grad_(item.Key != "scale"));
            var outputs = Fused(leaves, 2, keepLeast: false);
            (outputs[0].to_type(ScalarType.Float32).sum() + outputs[1].square().sum()).backward();
            return [.. leaves.Where(leaf => leaf.Key != "scale").Select(leaf => leaf.Value!.grad!.cpu().bytes.ToArray())];
        }

        foreach (var (first, second) in Pass().Zip(Pass())) CollectionAssert.AreEqual(first, second);
    }

    [TestMethod]
    public void FiftyPassesLeaveNoTensorBehind()
    {
        Gpu.Require();
        TensorLeaks.AssertNone(
            () =>
            {
                var leaves = Operands(2, 40, 32, 64, 2, 2, centred: true, ScalarType.Float32).ToDictionary(item => item.Key, item => (Tensor?)item.Value!.cuda().requires_grad_(item.Key != "scale"));
                var outputs = Fused(leaves, 2, keepLeast: true);
                (outputs[0].sum() + outputs[1].sum()).backward();
                foreach (var leaf in leaves.Where(leaf => leaf.Key != "scale")) leaf.Value!.grad!.Dispose();
            },
            spared: 30);
    }

    private static void Compare(Dictionary<string, Tensor?> operands, int directions, bool keepLeast, ScalarType type)
    {
        using var scope = NewDisposeScope();

        // With a single token no sum evens out what each step rounds.
        double rough = operands["residual"]!.shape[1] == 1 ? 0.15 : 4e-2;
        Float64Comparison.Assert(operands, of => Steps(of, directions), of => Fused(of, directions, keepLeast), CUDA, _ => type == ScalarType.Float32 ? 1e-4 : rough, constants: ["scale"]);
    }

    private static Dictionary<string, Tensor?> Operands(int batch, int length, int embed, int inner, int rank, int directions, bool centred, ScalarType type)
    {
        using var generator = new Generator(13);
        var operands = MixerOperands.Draw(batch, length, embed, inner, rank, directions, type);
        operands["residual"] = randn([batch, length, embed], generator: generator);
        operands["scale"] = (rand([batch], generator: generator) > 0.3).to_type(ScalarType.Float32) / 0.7;
        operands["weight"] = randn([embed], generator: generator);
        operands["bias"] = centred ? randn([embed], generator: generator) : null;
        if (!centred) operands.Remove("bias");
        return operands;
    }

    private static Tensor[] Fused(IReadOnlyDictionary<string, Tensor?> of, int directions, bool keepLeast)
    {
        var norm = new NormParameters(of["weight"]!, of.GetValueOrDefault("bias"));
        var (output, sum) = FusedBlock.Run(of["hidden"], of["residual"]!, of["scale"], norm, Epsilon, MixerOperands.Parameters(of, directions), keepLeast);
        return [output, sum];
    }

    private static Tensor[] Steps(IReadOnlyDictionary<string, Tensor?> of, int directions)
    {
        var hidden = of["hidden"] is { } given && of["scale"] is { } scale ? given * scale.reshape(-1, 1, 1) : of["hidden"];
        var (x, residual) = hidden is null ? (of["residual"]!, null) : (hidden, of["residual"]);
        var normed = of.GetValueOrDefault("bias") is { } bias
            ? LayerNorm.Run(x, of["weight"]!, bias, residual, Epsilon, KernelFace.Reference)
            : RmsNorm.Run(x, of["weight"]!, residual, Epsilon, KernelFace.Reference);
        return [MixerOperands.Steps(normed.Y, of, directions), normed.Residual];
    }
}
