using Microsoft.ML.VideoMamba.Kernels.MatrixProducts;
using Microsoft.ML.VideoMamba.Kernels.Projection;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Projection;

[TestClass]
public sealed class LinearProjectionTests
{
    public static IEnumerable<object[]> Sizes =>
        from size in new (int Rows, int Inputs, int Outputs)[] { (1, 1, 1), (2, 3, 5), (7, 12, 48), (8, 48, 24), (13, 44, 97), (100, 385, 44), (205, 100, 769), (400, 7, 400) }
        from width in Enum.GetValues<SimdWidth>()
        from bias in new[] { false, true }
        select new object[] { size.Rows, size.Inputs, size.Outputs, (int)width, bias };

    [ClassInitialize]
    public static void Load(TestContext context) => TorchRuntime.EnsureLoaded();

    [TestMethod]
    [DynamicData(nameof(Sizes))]
    public void EveryWidthEqualsTorch(int rows, int inputs, int outputs, int width, bool bias)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)rows);
        Tensor Normal(params long[] shape) => randn(shape, generator: generator);
        FaceComparison.Assert(
            new Dictionary<string, Tensor?> { ["x"] = Normal(1, rows, inputs), ["weight"] = Normal(outputs, inputs), ["bias"] = bias ? Normal(outputs) : null },
            of => [nn.functional.linear(of["x"]!, of["weight"]!, of["bias"]!)],
            of => [LinearProjectionCpu.Run(of["x"]!, of["weight"]!, of["bias"], (SimdWidth)width)],
            1e-5);
    }

    [TestMethod]
    public void ALongSumKeepsItsDigits()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var (dy, x) = (randn([100_000, 3], generator: generator), randn([100_000, 100], generator: generator));
        var got = empty(3, 100);

        MatrixProduct.Run(new MatrixView(dy).Transposed, new MatrixView(x), new MatrixView(got), SimdRunner.PreferredWidth);

        var expected = dy.to_type(ScalarType.Float64).t().mm(x.to_type(ScalarType.Float64));
        Assert.IsLessThan(2e-3, (got - expected).abs().max().item<double>());
    }

    [TestMethod]
    public void RepeatsBitForBitOnAnyNumberOfThreads()
    {
        int before = get_num_threads();
        try
        {
            using var scope = NewDisposeScope();
            var (x, weight) = (randn(333, 500), randn(130, 500));
            set_num_threads(1);
            byte[] one = LinearProjection.Run(x, weight).bytes.ToArray();
            set_num_threads(2);
            CollectionAssert.AreEqual(one, LinearProjection.Run(x, weight).bytes.ToArray());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [TestMethod]
    public void TakesTensorsThatAreNotContiguous()
    {
        using var scope = NewDisposeScope();
        var (x, weight) = (randn(20, 5, 30).transpose(0, 1), randn(30, 10).t());

        Assert.IsTrue(nn.functional.linear(x, weight).allclose(LinearProjection.Run(x, weight), 1e-4, 1e-5));
    }

    [TestMethod]
    [DataRow("weight", "weight must have the shape (outputs from 1 up, inputs 3)")]
    [DataRow("bias", "bias must have the shape (outputs 4)")]
    public void NamesTheOperandThatDoesNotFit(string operand, string message)
    {
        using var scope = NewDisposeScope();
        var (x, weight, bias) = (randn(2, 3), randn(4, operand == "weight" ? 2 : 3), randn(operand == "bias" ? 5 : 4));

        var error = Assert.Throws<ArgumentException>(() => LinearProjection.Run(x, weight, bias));

        StringAssert.Contains(error.Message, message);
    }
}
