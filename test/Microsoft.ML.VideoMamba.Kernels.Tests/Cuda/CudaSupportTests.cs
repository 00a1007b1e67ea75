using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Scan;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

[TestClass]
public sealed class CudaSupportTests
{
    [TestMethod]
    public void WhatIsMissingIsOneLine()
    {
        if (CudaSupport.Problem() is not { } problem)
        {
            Assert.IsTrue(CudaSupport.IsAvailable());
            return;
        }

        Assert.IsFalse(CudaSupport.IsAvailable());
        Assert.DoesNotContain("\n", problem);
        StringAssert.Contains(problem, "CUDA");
        StringAssert.Contains(Assert.Throws<CudaException>(() => CudaDevice.Get(0)).Message, problem);
    }

    [TestMethod]
    public void ACardThatIsNotThereIsNamed() => Assert.IsNotNull(CudaSupport.Problem(deviceIndex: 99));

    [TestMethod]
    [DataRow(75, false)]
    [DataRow(80, true)]
    [DataRow(90, true)]
    [DataRow(120, true)]
    public void CardsFromAmpereOnAreNewEnough(int capability, bool enough)
    {
        string? problem = CudaSupport.CapabilityProblem(capability);

        Assert.AreEqual(enough, problem is null);
        if (problem is not null) StringAssert.Contains(problem, "7.5");
    }

    [TestMethod]
    public void TheCudaFaceRefusesTensorsInMainMemory()
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var u = ones(1, 2, 8);

        var error = Assert.Throws<ArgumentException>(() => SelectiveScan.Run(u, u, -ones(8, 16), ones(1, 2, 16), ones(1, 2, 16), face: KernelFace.Cuda));

        StringAssert.Contains(error.Message, "CUDA");
        Assert.AreEqual("u", error.ParamName);
    }
}
