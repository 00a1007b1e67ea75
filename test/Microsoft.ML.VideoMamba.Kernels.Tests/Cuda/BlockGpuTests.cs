using Microsoft.ML.VideoMamba.Kernels.Autograd;
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
            var leaves = Operands(5, 300, 64, 128, 4, 2, centred: false, ScalarType.BFloat16).ToDictionary(item => item.Key, item => (Tensor?)item.Value!.to(Gpu.Device).requires_grad_(item.Key != "scale"));
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
                var leaves = Operands(2, 40, 32, 64, 2, 2, centred: true, ScalarType.Float32).ToDictionary(item => item.Key, item => (Tensor?)item.Value!.to(Gpu.Device).requires_grad_(item.Key != "scale"));
                var outputs = Fused(leaves, 2, keepLeast: true);
                (outputs[0].sum() + outputs[1].sum()).backward();
                foreach (var leaf in leaves.Where(leaf => leaf.Key != "scale")) leaf.Value!.grad!.Dispose();
            },
            spared: 30);
    }

    // The middle layer keeps no stream; its graph may be walked twice.
    [TestMethod]
    [DataRow(false, 2, 40, 32)]
    [DataRow(true, 3, 300, 64)]
    [DataRow(false, 2, 33, 20)]
    public void LayersThatHandTheStreamOnGiveTheSameGradients(bool keepLeast, int batch, int length, int embed)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        var layers = Enumerable.Range(0, 4).Select(_ => Operands(batch, length, embed, 64, 2, 2, centred: embed == 20, ScalarType.BFloat16)).ToList();
        var expected = Gradients(tape: null, walks: 2);

        foreach (var (name, gradient) in Gradients(new StreamTape(), walks: 2))
        {
            double deviation = (gradient - expected[name]).norm().item<double>(), size = expected[name].norm().item<double>();
            Assert.IsTrue(deviation <= 3e-3 * size, $"{name} of size {size:e2} deviates by {deviation:e2}: more than bfloat16's rounding, three layers on");
        }

        Dictionary<string, Tensor> Gradients(StreamTape? tape, int walks)
        {
            var leaves = layers.Select(layer => layer.ToDictionary(item => item.Key, item => (Tensor?)item.Value?.cuda().requires_grad_(item.Key != "scale"))).ToList();
            Tensor? hidden = null;
            var residual = leaves[0]["residual"]!;
            for (int i = 0; i < leaves.Count; i++)
            {
                var (of, norm) = (leaves[i], new NormParameters(leaves[i]["weight"]!, leaves[i].GetValueOrDefault("bias")));
                var stream = new StreamHandover(tape, Takes: i < leaves.Count - 1, Leaves: i > 0);
                (hidden, residual) = FusedBlock.Run(hidden, residual, i > 0 ? of["scale"] : null, norm, Epsilon, MixerOperands.Parameters(of, 2), keepLeast, stream);
            }

            var loss = (hidden!.to_type(ScalarType.Float32) + residual).square().mean();
            for (int walk = 1; walk <= walks; walk++) loss.backward(retain_graph: walk < walks);
            return leaves.SelectMany((leaf, i) => leaf.Where(item => item.Value?.grad is not null).Select(item => (Name: $"{item.Key} of layer {i}", Gradient: item.Value!.grad!.to_type(ScalarType.Float64))))
                .ToDictionary(item => item.Name, item => item.Gradient);
        }
    }

    // The last size is cut into chunks, of the whole batch and of its parts.
    [TestMethod]
    [DataRow(6, 33, 32, 64, 3)]
    [DataRow(4, 1, 16, 8, 4)]
    [DataRow(4, 700, 64, 40, 2)]
    public void PartsOfTheBatchGiveTheSameGradients(int batch, int length, int embed, int inner, int slices)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            var operands = Operands(batch, length, embed, inner, 2, 2, centred: true, type);
            var expected = Gradients(1);
            foreach (var (name, gradient) in Gradients(slices))
            {
                // With one token A has no gradient.
                double deviation = (gradient - expected[name]).norm().item<double>(), size = expected[name].norm().item<double>();
                Assert.IsTrue(deviation <= (type == ScalarType.Float32 ? 1e-5 : 1e-2) * size, $"{name} of size {size:e2} deviates by {deviation:e2} in {type}");
            }

            Dictionary<string, Tensor> Gradients(int parts)
            {
                var of = operands.ToDictionary(item => item.Key, item => (Tensor?)item.Value?.cuda().requires_grad_(item.Key != "scale"));
                var norm = new NormParameters(of["weight"]!, of["bias"]);
                var (output, sum) = FusedBlock.RunInSlices(of["hidden"], of["residual"]!, of["scale"], norm, Epsilon, MixerOperands.Parameters(of, 2), keepLeast: true, stream: default, parts);
                (output.to_type(ScalarType.Float32).sin().sum() + sum.square().sum()).backward();
                return of.Where(item => item.Value?.grad is not null).ToDictionary(item => item.Key, item => item.Value!.grad!.to_type(ScalarType.Float64));
            }
        }
    }

    // Values in one block, gradients in another, as an optimiser has them.
    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.BFloat16)]
    public void AnOpenBlocksGradientsAreAddedInPlace(ScalarType type)
    {
        Gpu.Require();
        using var scope = NewDisposeScope();
        var operands = Operands(3, 600, 64, 128, 4, 2, centred: true, type);
        var expected = Run(blocks: null);
        var names = operands.Keys.Where(name => name is not ("hidden" or "residual" or "scale")).ToList();
        var blocks = new[] { ScalarType.Float32, ScalarType.BFloat16 }.ToDictionary(of => of, of => zeros([2, names.Where(name => operands[name]!.dtype == of).Sum(name => Aligned(operands[name]!)) + 16], of, CUDA));

        for (int pass = 1; pass <= 2; pass++)
        {
            var (outside, inside) = Run(blocks);
            foreach (string name in names) Assert.IsTrue(outside[name] is null, $"{name} has a gradient of torch's");
            foreach (string input in new[] { "hidden", "residual" }) Assert.IsTrue(expected.Outside[input]!.equal(outside[input]!).all().item<bool>(), input);
            foreach (string name in names)
            {
                var (once, got) = (expected.Outside[name]!, inside[name]);
                if (pass == 1) Assert.IsTrue(once.equal(got).all().item<bool>(), name);
                else Assert.IsTrue((got.to_type(ScalarType.Float64) - (once.to_type(ScalarType.Float64) * 2)).norm().item<double>() <= 1e-2 * once.to_type(ScalarType.Float64).norm().item<double>(), $"{name} after two passes");
            }
        }

        static long Aligned(Tensor tensor) => (tensor.numel() + 15) / 16 * 16;

        (Dictionary<string, Tensor?> Outside, Dictionary<string, Tensor> Inside) Run(Dictionary<ScalarType, Tensor>? blocks)
        {
            var (leaves, inside) = (new Dictionary<string, Tensor?>(), new Dictionary<string, Tensor>());
            var next = new Dictionary<ScalarType, long> { [ScalarType.Float32] = 0, [ScalarType.BFloat16] = 0 };
            foreach (var (name, value) in operands)
            {
                var leaf = value!.cuda();
                if (blocks is not null && name is not ("hidden" or "residual" or "scale"))
                {
                    Tensor Place(int row) => blocks[value.dtype].select(0, row).narrow(0, next[value.dtype], value.numel()).view(value.shape);
                    leaf = Place(0);
                    leaf.copy_(value);
                    leaf = leaf.detach();
                    inside[name] = Place(1);
                    next[value.dtype] += Aligned(value);
                }

                leaves[name] = leaf.requires_grad_(name != "scale");
            }

            var outputs = Fused(leaves, 2, keepLeast: false);
            var loss = outputs[0].to_type(ScalarType.Float32).sin().sum() + outputs[1].square().sum();
            using (blocks is null ? null : GradientBlocks.Open([.. blocks.Values.Select(block => (block.select(0, 0), block.select(0, 1)))])) loss.backward();
            return (leaves.ToDictionary(item => item.Key, item => item.Value!.grad), inside);
        }
    }

    private static void Compare(Dictionary<string, Tensor?> operands, int directions, bool keepLeast, ScalarType type)
    {
        using var scope = NewDisposeScope();

        // With a single token no sum evens out what each step rounds.
        double rough = operands["residual"]!.shape[1] == 1 ? 0.15 : 4e-2;
        Float64Comparison.Assert(operands, of => Steps(of, directions), of => Fused(of, directions, keepLeast), Gpu.Device, _ => type == ScalarType.Float32 ? 1e-4 : rough, constants: ["scale"]);
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
