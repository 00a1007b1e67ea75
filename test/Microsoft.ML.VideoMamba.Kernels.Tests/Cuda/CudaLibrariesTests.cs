using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

[TestClass]
public sealed class CudaLibrariesTests
{
    [TestMethod]
    [DataRow(CudaLibraries.Compiler, "libnvrtc.so.13", true)]
    [DataRow(CudaLibraries.Compiler, "libnvrtc.so", true)]
    [DataRow(CudaLibraries.Compiler, "libnvrtc.so.12.4.127", true)]
    [DataRow(CudaLibraries.Compiler, "libnvrtc-b51b459d.so.12", true)]
    [DataRow(CudaLibraries.Compiler, "nvrtc64_120_0.dll", true)]
    [DataRow(CudaLibraries.Compiler, "libnvrtc-builtins.so.13.0", false)]
    [DataRow(CudaLibraries.Compiler, "nvrtc64_120_0.alt.dll", false)]
    [DataRow(CudaLibraries.Compiler, "nvrtc-builtins64_128.dll", false)]
    [DataRow(CudaLibraries.Blas, "libcublas.so.13", true)]
    [DataRow(CudaLibraries.Blas, "cublas64_12.dll", true)]
    [DataRow(CudaLibraries.Blas, "libcublasLt.so.13", false)]
    [DataRow(CudaLibraries.BlasLt, "libcublasLt.so.13", true)]
    [DataRow(CudaLibraries.Driver, "libcuda.so.1", true)]
    [DataRow(CudaLibraries.Driver, "libcudart.so.13", false)]
    public void KnowsALibraryByItsFile(string library, string file, bool isIt) => Assert.AreEqual(isIt, CudaLibraries.IsLibrary(library, file));

    [TestMethod]
    [DataRow(CudaLibraries.Driver)]
    [DataRow(CudaLibraries.Compiler)]
    [DataRow(CudaLibraries.Blas)]
    [DataRow(CudaLibraries.BlasLt)]
    public void SystemNamesAreTheLibrarysOwn(string library)
    {
        foreach (bool windows in new[] { false, true })
        {
            var names = CudaLibraries.SystemNames(library, windows);
            Assert.IsNotEmpty(names);
            foreach (string name in names) Assert.IsTrue(CudaLibraries.IsLibrary(library, name), name);
        }
    }
}
