using Microsoft.ML.VideoMamba.Kernels.Mixing;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Mixing;

[TestClass]
public sealed class SelectiveMixTests
{
    public static IEnumerable<object[]> Sizes =>
        from size in new (int Batch, int Length, int Channels, int Rank, int States, int Taps)[]
        {
            (1, 1, 1, 1, 1, 1), (1, 2, 5, 3, 4, 2), (2, 3, 20, 2, 8, 3), (3, 31, 33, 5, 16, 4), (1, 65, 80, 12, 16, 4), (1, 131, 20, 2, 24, 4),
        }
        from width in Enum.GetValues<SimdWidth>()
        from directions in new[] { 1, 2 }
        select new object[] { size.Batch, size.Length, size.Channels, size.Rank, size.States, size.Taps, (int)width, directions };

    [ClassInitialize]
    public static void Load(TestContext context) => TorchRuntime.EnsureLoaded();

    [TestMethod]
    [DynamicData(nameof(Sizes))]
    public void EveryWidthEqualsTheReference(int batch, int length, int channels, int rank, int states, int taps, int width, int directions) =>
        Compare(RandomOperands(batch, length, channels, rank, states, taps, directions, ScalarType.Float32), (SimdWidth)width, 1e-4);

    [TestMethod]
    [DataRow(128)]
    [DataRow(256)]
    [DataRow(512)]
    public void BFloat16StaysWithinItsRounding(int width) => Compare(RandomOperands(2, 40, 36, 3, 16, 4, 2, ScalarType.BFloat16), (SimdWidth)width, 3e-2);

    [TestMethod]
    public void InferenceEqualsTraining()
    {
        using var scope = NewDisposeScope();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            var operands = RandomOperands(2, 40, 36, 3, 16, 4, 2, type);
            var expected = Run(operands, KernelFace.Cpu);
            operands["xz"] = operands["xz"]!.detach().requires_grad_();
            CollectionAssert.AreEqual(expected.bytes.ToArray(), Run(operands, KernelFace.Cpu).bytes.ToArray());
        }
    }

    [TestMethod]
    public void RepeatsBitForBitOnAnyNumberOfThreads()
    {
        int before = get_num_threads();
        try
        {
            byte[] one = Run(1), two = Run(2);
            CollectionAssert.AreEqual(one, two);
        }
        finally
        {
            set_num_threads(before);
        }

        static byte[] Run(int threads)
        {
            set_num_threads(threads);
            using var scope = NewDisposeScope();
            var operands = RandomOperands(3, 70, 100, 3, 16, 4, 2, ScalarType.Float32).ToDictionary(pair => pair.Key, pair => pair.Value?.detach().requires_grad_());
            SelectiveMixTests.Run(operands, KernelFace.Cpu).sum().backward();
            return [.. operands.Values.SelectMany(operand => operand!.grad!.contiguous().bytes.ToArray())];
        }
    }

    [TestMethod]
    [DoNotParallelize]
    public void FiftyPassesLeaveNoTensorBehind()
    {
        TensorLeaks.AssertNone(() =>
        {
            var operands = RandomOperands(1, 20, 16, 2, 16, 4, 2, ScalarType.Float32).ToDictionary(pair => pair.Key, pair => pair.Value?.detach().requires_grad_());
            Run(operands, KernelFace.Cpu).sum().backward();
            foreach (var operand in operands.Values) operand!.grad!.Dispose();
        });
    }

    [TestMethod]
    [DataRow("xz", "xz")]
    [DataRow("0.ConvWeight", "forward.ConvWeight")]
    [DataRow("0.XProj", "forward.XProj")]
    [DataRow("1.DtProj", "reverse.DtProj")]
    [DataRow("1.ALog", "reverse.ALog")]
    [DataRow("1.D", "reverse.D")]
    public void NamesTheOperandThatDoesNotFit(string operand, string named)
    {
        using var scope = NewDisposeScope();
        var operands = RandomOperands(1, 4, 6, 2, 16, 4, 2, ScalarType.Float32);
        operands[operand] = zeros(1, 2, 3, 4);

        var error = Assert.Throws<ArgumentException>(() => Run(operands, KernelFace.Auto));

        StringAssert.Contains(error.Message, named);
    }

    [TestMethod]
    public void RefusesFiveTaps()
    {
        using var scope = NewDisposeScope();
        var error = Assert.ThrowsExactly<ArgumentException>(() => Run(RandomOperands(1, 4, 6, 2, 16, 5, 1, ScalarType.Float32), KernelFace.Auto));

        StringAssert.Contains(error.Message, "1 to 4 taps");
    }

    private static void Compare(Dictionary<string, Tensor?> operands, SimdWidth width, double tolerance)
    {
        using var scope = NewDisposeScope();
        FaceComparison.Assert(
            operands,
            of => [SelectiveMixReference.Run(of["xz"]!, Direction(of, 0)!, Direction(of, 1))],
            of => [SelectiveMixCpu.Run(of["xz"]!, Direction(of, 0)!, Direction(of, 1), width)],
            tolerance);
    }

    private static Tensor Run(IReadOnlyDictionary<string, Tensor?> operands, KernelFace face) =>
        SelectiveMix.Run(operands["xz"]!, Direction(operands, 0)!, Direction(operands, 1), face);

    private static MixDirection? Direction(IReadOnlyDictionary<string, Tensor?> of, int direction) => of.ContainsKey($"{direction}.D")
        ? new MixDirection(
            of[$"{direction}.ConvWeight"]!, of[$"{direction}.ConvBias"]!, of[$"{direction}.XProj"]!, of[$"{direction}.DtProj"]!, of[$"{direction}.DtBias"]!,
            of[$"{direction}.ALog"]!, of[$"{direction}.D"]!)
        : null;

    private static Dictionary<string, Tensor?> RandomOperands(int batch, int length, int channels, int rank, int states, int taps, int directions, ScalarType type)
    {
        using var generator = new Generator((ulong)(length + channels));
        Tensor Normal(double deviation, params long[] shape) => randn(shape, generator: generator) * deviation;
        var operands = new Dictionary<string, Tensor?> { ["xz"] = Normal(1, batch, length, 2 * channels).to_type(type) };
        for (int i = 0; i < directions; i++)
        {
            operands[$"{i}.ConvWeight"] = Normal(0.5, channels, taps);
            operands[$"{i}.ConvBias"] = Normal(0.5, channels);
            operands[$"{i}.XProj"] = Normal(1 / Math.Sqrt(channels), rank + 2 * states, channels).to_type(type);
            operands[$"{i}.DtProj"] = Normal(1 / Math.Sqrt(rank), channels, rank).to_type(type);
            operands[$"{i}.DtBias"] = Normal(1, channels) - 1;
            operands[$"{i}.ALog"] = Normal(0.3, channels, states) + 0.5;
            operands[$"{i}.D"] = Normal(1, channels);
        }

        return operands;
    }
}
