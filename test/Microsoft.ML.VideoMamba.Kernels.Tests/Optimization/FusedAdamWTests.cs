using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Optimization;

/// <summary>The optimiser in main memory, in every width of vectors.</summary>
[TestClass]
public sealed class FusedAdamWTests
{
    [TestMethod]
    [DataRow(128, false)]
    [DataRow(256, false)]
    [DataRow(512, false)]
    [DataRow(128, true)]
    [DataRow(256, true)]
    [DataRow(512, true)]
    public void StepsEqualFloat64(int width, bool rounded)
    {
        using var forced = new ForcedWidth((SimdWidth)width);
        Checks().StepsEqualFloat64(rounded);
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void AGradientThatIsNotFiniteChangesNothing(float number) => Checks().AGradientThatIsNotFiniteChangesNothing(number);

    [TestMethod]
    [DoNotParallelize]
    public void RepeatsBitForBitWhateverTheThreads()
    {
        int threads = get_num_threads();
        try
        {
            Checks().RepeatsBitForBit(() => set_num_threads(threads == 1 ? 2 : 1));
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    private static FusedAdamWChecks Checks()
    {
        TorchRuntime.EnsureLoaded();
        return new FusedAdamWChecks(CPU);
    }
}
