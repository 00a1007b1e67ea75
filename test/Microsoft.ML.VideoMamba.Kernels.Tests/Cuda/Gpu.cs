using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>The card that tests of category Gpu run on.</summary>
internal static class Gpu
{
    /// <summary>Marks the running test as skipped where there is none.</summary>
    public static void Require()
    {
        if (CudaSupport.Problem() is { } problem) Assert.Inconclusive(problem);
    }
}
