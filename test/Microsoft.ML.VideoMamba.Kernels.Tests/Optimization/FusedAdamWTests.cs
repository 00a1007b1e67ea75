using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Kernels.Simd;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Optimization;

/// <summary>The optimiser in main memory, in every width of vectors.</summary>
[TestClass]
public sealed class FusedAdamWTests
{
    [TestMethod]
    [DataRow(128, false, false)]
    [DataRow(256, false, false)]
    [DataRow(512, false, false)]
    [DataRow(128, true, true)]
    [DataRow(256, true, true)]
    [DataRow(512, true, true)]
    [DataRow(256, true, false)]
    public void StepsEqualFloat64(int width, bool rounded, bool apart)
    {
        using var forced = new ForcedWidth((SimdWidth)width);
        Checks().StepsEqualFloat64(rounded, apart);
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
