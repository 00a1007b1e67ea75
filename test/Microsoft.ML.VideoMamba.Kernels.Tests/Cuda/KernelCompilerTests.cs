using Microsoft.ML.VideoMamba.Kernels.Cuda;
using Microsoft.ML.VideoMamba.Kernels.Runtime;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>Compiles every source. Needs NVRTC (a CUDA toolkit, found by CUDA_HOME or CUDA_PATH, or a PyTorch with CUDA), but no card.</summary>
[TestClass]
public sealed class KernelCompilerTests
{
    private const string BFloat16Only = "conv_select.cu";

    public static IEnumerable<object[]> Sources =>
        from file in KernelSource.Files
        from f32 in file == BFloat16Only ? [0] : new[] { 0, 1 }
        from capability in new[] { 80, 90 }
        select new object[] { file, f32, capability };

    [TestMethod]
    [DynamicData(nameof(Sources))]
    public void EverySourceCompiles(string file, int f32, int capability)
    {
        RequireCompiler();

        byte[] image = KernelCompiler.Compile(new KernelSource(file, ("F32", f32), ("CHANNELS", file == BFloat16Only ? 192 : 72)), capability, driverVersion: 0);

        CollectionAssert.AreEqual("\u007fELF"u8.ToArray(), image[..4]);
    }

    [TestMethod]
    public void ErrorsOfTheSourceAreShown()
    {
        RequireCompiler();

        var error = Assert.Throws<CudaException>(() => KernelCompiler.Compile(new KernelSource("conv_forward.cu", ("TAPS", -1)), 90, driverVersion: 0));

        StringAssert.Contains(error.Message, "conv_forward.cu");
        StringAssert.Contains(error.Message, "error");
    }

    private static void RequireCompiler()
    {
        TorchRuntime.EnsureLoaded();
        if (CudaLibraries.TryLoad(CudaLibraries.Compiler) is { } problem) Assert.Inconclusive(problem);
    }
}
