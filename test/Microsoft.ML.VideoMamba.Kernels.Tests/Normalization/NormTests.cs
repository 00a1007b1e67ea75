using Microsoft.ML.VideoMamba.Kernels.Normalization;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Normalization;

[TestClass]
public sealed class NormTests
{
    private const double Epsilon = 1e-5;

    public static IEnumerable<object[]> Sizes =>
        from size in new (int Rows, int Channels)[] { (1, 1), (2, 5), (3, 20), (31, 33), (7, 100), (5, 192) }
        from width in Enum.GetValues<SimdWidth>().Where(width => width <= SimdRunner.PreferredWidth)
        from centred in new[] { true, false }
        from residual in new[] { true, false }
        select new object[] { size.Rows, size.Channels, (int)width, centred, residual };

    [ClassInitialize]
    public static void Load(TestContext context) => TorchRuntime.EnsureLoaded();

    /// <param name="rows">Tokens.</param>
    /// <param name="channels">Channels; a centred norm of one channel is all bias.</param>
    /// <param name="width">Vectors, as a <see cref="SimdWidth"/>.</param>
    /// <param name="centred">Layer norm rather than root mean square.</param>
    /// <param name="residual">Whether a residual is added first.</param>
    [TestMethod]
    [DynamicData(nameof(Sizes))]
    public void EveryWidthEqualsTheReference(int rows, int channels, int width, bool centred, bool residual)
    {
        foreach (var (type, tolerance) in new[] { (ScalarType.Float32, 1e-4), (ScalarType.BFloat16, 3e-2) })
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)rows);
            var operands = new Dictionary<string, Tensor?>
            {
                ["x"] = randn([2, rows, channels], generator: generator).to_type(type),
                ["weight"] = randn([channels], generator: generator),
                ["bias"] = centred ? randn([channels], generator: generator) : null,
                ["residual"] = residual ? randn([2, rows, channels], generator: generator) : null,
            };
            FaceComparison.Assert(
                operands,
                of => Outputs(centred
                    ? LayerNorm.Run(of["x"]!, of["weight"]!, of["bias"], of["residual"], Epsilon, KernelFace.Reference)
                    : RmsNorm.Run(of["x"]!, of["weight"]!, of["residual"], Epsilon, KernelFace.Reference)),
                of => Outputs(NormFunction.Run(of["x"]!, of["weight"]!, of["bias"], of["residual"], new NormCpu(new NormOptions(Epsilon, centred, (SimdWidth)width)))),
                tolerance);
        }
    }

    [TestMethod]
    public void NamesTheOperandThatDoesNotFit()
    {
        using var scope = NewDisposeScope();

        StringAssert.Contains(Assert.Throws<ArgumentException>(() => RmsNorm.Run(zeros(1, 4, 6), zeros(5))).Message, "weight");
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => RmsNorm.Run(zeros(1, 4, 6), zeros(6), zeros(1, 4, 5))).Message, "residual");
        StringAssert.Contains(Assert.Throws<ArgumentException>(() => LayerNorm.Run(zeros(1, 4, 6), zeros(6), zeros(2))).Message, "bias");
    }

    private static Tensor[] Outputs(NormOutput output) => [output.Y, output.Residual];
}
