using Microsoft.ML.VideoMamba.Kernels.Convolution;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Convolution;

[TestClass]
public sealed class CausalConv1dTests
{
    public static IEnumerable<object[]> Sizes =>
        from size in new (int Batch, int Length, int Channels, int Taps)[] { (1, 1, 1, 4), (2, 2, 5, 3), (1, 3, 20, 2), (3, 31, 33, 4), (2, 33, 100, 4), (1, 100, 16, 1) }
        from width in Enum.GetValues<SimdWidth>().Where(width => width <= SimdRunner.PreferredWidth)
        from direction in Enum.GetValues<SequenceDirection>()
        from full in new[] { true, false }
        select new object[] { size.Batch, size.Length, size.Channels, size.Taps, (int)width, direction, full };

    [ClassInitialize]
    public static void Load(TestContext context) => TorchRuntime.EnsureLoaded();

    /// <param name="batch">Sequences.</param>
    /// <param name="length">Tokens.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="taps">Width of the convolution.</param>
    /// <param name="width">Vectors, as a <see cref="SimdWidth"/>.</param>
    /// <param name="direction">Direction.</param>
    /// <param name="full">With bias and SiLU, or with neither.</param>
    [TestMethod]
    [DynamicData(nameof(Sizes))]
    public void EveryWidthEqualsTheReference(int batch, int length, int channels, int taps, int width, SequenceDirection direction, bool full)
    {
        foreach (var (type, tolerance) in new[] { (ScalarType.Float32, 1e-5), (ScalarType.BFloat16, 2e-2) })
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)length);
            var operands = new Dictionary<string, Tensor?>
            {
                ["x"] = randn([batch, length, channels], generator: generator).to_type(type),
                ["weight"] = randn([channels, taps], generator: generator),
                ["bias"] = full ? randn([channels], generator: generator) : null,
            };
            FaceComparison.Assert(
                operands,
                of => [CausalConv1d.Run(of["x"]!, of["weight"]!, of["bias"], full, direction, KernelFace.Reference)],
                of => [CausalConv1dFunction.Run(of["x"]!, of["weight"]!, of["bias"], new CausalConv1dCpu(new ConvOptions(full, direction, (SimdWidth)width)))],
                tolerance);
        }
    }

    [TestMethod]
    public void NamesTheOperandThatDoesNotFit()
    {
        using var scope = NewDisposeScope();

        StringAssert.Contains(Assert.Throws<ArgumentException>(() => CausalConv1d.Run(zeros(1, 4, 6), zeros(5, 4))).Message, "weight");
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => CausalConv1d.Run(zeros(1, 4, 6), zeros(6, 5))).Message, "weight");
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => CausalConv1d.Run(zeros(1, 4, 6), zeros(6, 4), zeros(7))).Message, "bias");
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => CausalConv1d.Run(zeros(4, 6), zeros(6, 4))).Message, "x");
    }
}
