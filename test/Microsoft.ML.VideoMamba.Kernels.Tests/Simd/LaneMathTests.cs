using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Simd;

/// <summary>The functions of the kernels against double precision, in every width: those that the CPU lacks run in the runtime's own emulation.</summary>
[TestClass]
public sealed unsafe class LaneMathTests
{
    /// <summary>Distance between neighbouring float32 numbers of the exact value's size.</summary>
    private const double UlpOfOne = 1.0 / (1 << 23);

    public required TestContext TestContext { get; set; }

    [TestMethod]
    [DataRow(128)]
    [DataRow(256)]
    [DataRow(512)]
    public void ExponentialsAreWithinTwoUnitsOfTheLastPlace(int width)
    {
        double parts = 0, whole = 0;
        for (double x = -125.9; x < 125.9; x += 0.000937)
        {
            float exponent = (float)x;
            double exact = Math.Pow(2, exponent), unit = Math.Pow(2, Math.Floor(Math.Log2(exact))) * UlpOfOne;
            var (got, gotWhole) = Evaluate(width, exponent);
            parts = Math.Max(parts, Math.Abs(got - exact) / unit);
            whole = Math.Max(whole, Math.Abs(gotWhole - exact) / unit);
        }

        TestContext.WriteLine($"{width} bits: {parts:f2} units by parts, {whole:f2} whole");
        Assert.IsLessThan(2, parts);
        Assert.IsLessThan(2, whole);
    }

    [TestMethod]
    [DataRow(128)]
    [DataRow(256)]
    [DataRow(512)]
    public void ExponentialsKeepTheirEnds(int width)
    {
        Assert.AreEqual(1, Evaluate(width, 0).Parts);
        Assert.AreEqual(1, Evaluate(width, 0).Whole);
        Assert.IsTrue(float.IsNaN(Evaluate(width, float.NaN).Parts));
        Assert.IsTrue(float.IsNaN(Evaluate(width, float.NaN).Whole));
        Assert.AreEqual(float.PositiveInfinity, Evaluate(width, 200).Whole);
        Assert.AreEqual(0, Evaluate(width, float.NegativeInfinity).Whole);
    }

    [TestMethod]
    [DataRow(128)]
    [DataRow(256)]
    [DataRow(512)]
    public void SoftplusSigmoidAndSiluAreAccurate(int width)
    {
        for (double x = -80; x < 80; x += 0.0173)
        {
            float argument = (float)x;
            double sigmoid = 1 / (1 + Math.Exp(-argument)), softplus = Math.Max(0, argument) + LogOfOnePlus(Math.Exp(-Math.Abs(argument)));
            float[] got = Functions(width, argument);
            AssertClose(softplus, got[0]);
            AssertClose(softplus, got[1]);
            AssertClose(sigmoid, got[2]);
            AssertClose(sigmoid, got[3]);
            AssertClose(argument * sigmoid, got[4]);
            AssertClose(sigmoid * (1 + argument * (1 - sigmoid)), got[5], 2e-6);

            // The product with log2(e) is rounded to float32, so that the relative error of what vanishes grows with the argument.
            void AssertClose(double expected, float got, double tolerance = 5e-7) =>
                Assert.AreEqual(expected, got, (tolerance + Math.Abs(x) * 1e-7) * Math.Abs(expected) + 1e-35, $"at {x}");
        }
    }

    /// <summary>bfloat16 rounds to one part in 256 at most.</summary>
    [TestMethod]
    [DataRow(128)]
    [DataRow(256)]
    [DataRow(512)]
    public void FunctionsOfBFloat16AreFarFinerThanItsRounding(int width)
    {
        for (double x = -80; x < 80; x += 0.0173)
        {
            float argument = (float)x;
            double sigmoid = 1 / (1 + Math.Exp(-argument)), softplus = Math.Max(0, argument) + LogOfOnePlus(Math.Exp(-Math.Abs(argument)));
            float[] got = CoarseFunctions(width, argument);
            AssertClose(Math.Pow(2, argument), got[0]);
            AssertClose(softplus, got[1]);
            AssertClose(argument * sigmoid, got[2]);

            void AssertClose(double expected, float got) => Assert.AreEqual(expected, got, 5e-4 * Math.Abs(expected) + 1e-35, $"at {x}");
        }

        Assert.AreEqual(1, CoarseFunctions(width, 0)[0]);
        Assert.AreEqual(0, CoarseFunctions(width, float.NegativeInfinity)[1]);
        foreach (float function in CoarseFunctions(width, float.NaN)) Assert.IsTrue(float.IsNaN(function));
    }

    private static double LogOfOnePlus(double x) => x < 1e-8 ? x - x * x / 2 : Math.Log(1 + x);

    private static (float Parts, float Whole) Evaluate(int width, float x) => width switch
    {
        128 => Evaluate<Lanes128>(x),
        256 => Evaluate<Lanes256>(x),
        _ => Evaluate<Lanes512>(x),
    };

    private static (float Parts, float Whole) Evaluate<TLanes>(float x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        float* k = Exp2Constants<TLanes>.Start;
        int w = TLanes.Count;
        var (scale, excess) = TLanes.Exp2Parts(
            TLanes.Broadcast(x), TLanes.Load(k), TLanes.Load(k + w), TLanes.Load(k + 2 * w), TLanes.Load(k + 3 * w), TLanes.Load(k + 4 * w));
        return (Last(TLanes.MultiplyAdd(scale, excess, scale)), Last(TLanes.Exp2(TLanes.Broadcast(x))));
    }

    private static float[] Functions(int width, float x) => width switch
    {
        128 => Functions<Lanes128>(x),
        256 => Functions<Lanes256>(x),
        _ => Functions<Lanes512>(x),
    };

    private static float[] Functions<TLanes>(float x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var lanes = TLanes.Broadcast(x);
        var (softplus, slope) = LaneMath.SoftplusAndSlope(lanes);
        var sigmoid = LaneMath.Sigmoid(lanes);
        return [Last(LaneMath.Softplus(lanes)), Last(softplus), Last(sigmoid), Last(slope), Last(LaneMath.Silu(lanes)), Last(LaneMath.SiluDerivative(lanes, sigmoid))];
    }

    private static float[] CoarseFunctions(int width, float x) => width switch
    {
        128 => CoarseFunctions<Lanes128>(x),
        256 => CoarseFunctions<Lanes256>(x),
        _ => CoarseFunctions<Lanes512>(x),
    };

    private static float[] CoarseFunctions<TLanes>(float x)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        var lanes = TLanes.Broadcast(x);
        float* k = Exp2Constants<TLanes>.Start;
        int w = TLanes.Count;
        var (scale, excess) = TLanes.CoarseExp2Parts(lanes, TLanes.Load(k), TLanes.Load(k + w), TLanes.Load(k + 2 * w), TLanes.Load(k + 3 * w), TLanes.Load(k + 4 * w));
        return [Last(TLanes.MultiplyAdd(scale, excess, scale)), Last(LaneMath.Softplus<TLanes, BFloat16Element>(lanes)), Last(LaneMath.Silu<TLanes, BFloat16Element>(lanes))];
    }

    private static float Last<TLanes>(TLanes value)
        where TLanes : unmanaged, ILanes<TLanes>
    {
        float* lanes = stackalloc float[TLanes.Count];
        TLanes.Store(value, lanes);
        return lanes[TLanes.Count - 1];
    }
}
