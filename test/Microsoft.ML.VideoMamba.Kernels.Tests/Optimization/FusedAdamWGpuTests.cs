using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Optimization;

/// <summary>The optimiser on a card.</summary>
[TestClass]
[TestCategory(TestCategories.Gpu)]
[DoNotParallelize]
public sealed class FusedAdamWGpuTests
{
    [TestMethod]
    [DataRow(false, false)]
    [DataRow(true, true)]
    [DataRow(true, false)]
    public void StepsEqualFloat64(bool rounded, bool apart) => Checks().StepsEqualFloat64(rounded, apart);

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void AGradientThatIsNotFiniteChangesNothing(float number) => Checks().AGradientThatIsNotFiniteChangesNothing(number);

    [TestMethod]
    public void RepeatsBitForBit() => Checks().RepeatsBitForBit();

    private static FusedAdamWChecks Checks()
    {
        Gpu.Require();
        return new FusedAdamWChecks(Gpu.Device);
    }
}
