using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.TestCommon;

/// <summary>The card that tests of category Gpu run on.</summary>
internal static class Gpu
{
    /// <summary>Loads torch, and marks the running test as skipped where there is no card.</summary>
    public static void Require()
    {
        if (CudaSupport.Problem() is { } problem) Assert.Inconclusive(problem);
    }
}
