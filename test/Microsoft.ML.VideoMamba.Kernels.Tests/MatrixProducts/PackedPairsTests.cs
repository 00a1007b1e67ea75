using Microsoft.ML.VideoMamba.Kernels.MatrixProducts;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.MatrixProducts;

/// <summary>bfloat16 products by the CPU's own instructions, where it has them.</summary>
[TestClass]
public sealed class PackedPairsTests
{
    public static IEnumerable<object[]> Sizes =>
        from size in new (int Rows, int Inputs, int Outputs)[] { (1, 2, 1), (5, 12, 3), (6, 40, 48), (7, 48, 16), (13, 44, 97), (100, 386, 44), (205, 100, 770) }
        from single in new[] { false, true }
        select new object[] { size.Rows, size.Inputs, size.Outputs, single };

    [ClassInitialize]
    public static void Load(TestContext context)
    {
        TorchRuntime.EnsureLoaded();
        if (!PairTile.IsSupported) Assert.Inconclusive("This machine has no AVX512-BF16.");
    }

    [TestMethod]
    [DynamicData(nameof(Sizes))]
    public void EqualProductsInDoublePrecision(int rows, int inputs, int outputs, bool single)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)rows);
        Tensor x = randn([rows, inputs], generator: generator).to_type(ScalarType.BFloat16), weight = randn([outputs, inputs], generator: generator).to_type(ScalarType.BFloat16);

        var y = Multiply(x, weight, single ? ScalarType.Float32 : ScalarType.BFloat16);

        var exact = nn.functional.linear(x.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64));
        double scale = exact.abs().max().item<double>(), error = (y.to_type(ScalarType.Float64) - exact).abs().max().item<double>();
        Assert.IsLessThanOrEqualTo((single ? 1e-6 : 1.0 / 256) * scale, error);
    }

    [TestMethod]
    public void RowsAndColumnsBeyondTheProductAreLeftAlone()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones([4, 6], ScalarType.BFloat16), weight = ones([50, 6], ScalarType.BFloat16), room = zeros([5, 50]);
        using var scratch = Scratch.Rent();
        var packed = new PackedPairs(weight, SimdRunner.PreferredWidth, scratch);

        packed.Multiply<Lanes128>(new TensorRows(x), new TensorRows(room), 1, 4, 1, 2, scratch);

        var expected = zeros([5, 50]);
        expected.narrow(0, 1, 3).narrow(1, PairTile.Columns, 2).fill_(6);
        Assert.IsTrue(room.eq(expected).all().item<bool>());
        GC.KeepAlive(x);
    }

    [TestMethod]
    public void NoNumberStaysInItsRow()
    {
        using var scope = NewDisposeScope();
        var x = ones([3, 4], ScalarType.BFloat16);
        x[1, 2] = float.NaN;

        var y = Multiply(x, ones([5, 4], ScalarType.BFloat16), ScalarType.Float32);

        Assert.AreEqual(5, y.isnan().sum().item<long>());
        Assert.IsTrue(y[1].isnan().all().item<bool>());
    }

    private static Tensor Multiply(Tensor x, Tensor weight, ScalarType type)
    {
        using var scratch = Scratch.Rent();
        var y = full([x.shape[0], weight.shape[0]], float.NaN, type);
        var kernel = new LinearKernel(new TensorRows(x), new PackedPairs(weight, SimdRunner.PreferredWidth, scratch), new TensorRows(y), x.shape[0]);
        SimdRunner.Run(kernel, SimdRunner.PreferredWidth, ScalarType.BFloat16);
        GC.KeepAlive((x, weight));
        return y;
    }
}
