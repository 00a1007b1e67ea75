using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

[TestClass]
public sealed class CompilationTargetTests
{
    private static readonly int[] s_supported = [75, 80, 86, 90];

    [TestMethod]
    public void AKnownCardGetsItsOwnCode() => Assert.AreEqual("sm_90", CompilationTarget.For(90, s_supported).ToString());

    [TestMethod]
    [DataRow(120, "compute_90")]
    [DataRow(89, "compute_86")]
    public void AnUnknownCardGetsPtxOfTheNewestOlderOne(int capability, string target) => Assert.AreEqual(target, CompilationTarget.For(capability, s_supported).ToString());

    [TestMethod]
    public void ACardOlderThanTheCompilerKnowsIsRefused() =>
        StringAssert.Contains(Assert.Throws<CudaException>(() => CompilationTarget.For(70, s_supported)).Message, "7.0");
}
