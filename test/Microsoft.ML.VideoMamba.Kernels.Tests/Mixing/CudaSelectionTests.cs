using Microsoft.ML.VideoMamba.Kernels.Mixing;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Mixing;

[TestClass]
public sealed class CudaSelectionTests
{
    private const int Multiprocessors = 132, SharedBytes = 228 * 1024;

    private static readonly MixerShape s_tiny = new(Batch: 32, Length: 1569, Embed: 192, Inner: 384, Rank: 12, Taps: 4, Directions: 2, Float32: false);

    [TestMethod]
    [DataRow(32, 1569, 2, true)]
    [DataRow(14, 1569, 2, true)]
    [DataRow(13, 1569, 2, false, DisplayName = "9.8 of 16 places of a multiprocessor")]
    [DataRow(22, 1569, 2, false, DisplayName = "One round and a few warps")]
    [DataRow(28, 1569, 1, true)]
    [DataRow(27, 1569, 1, false)]
    [DataRow(1, 1569, 2, false)]
    [DataRow(1, 1, 1, false)]
    public void PaysWhereWarpsFillTheCard(int batch, int length, int directions, bool expected) =>
        Assert.AreEqual(expected, CudaSelection.Pays(s_tiny with { Batch = batch, Length = length, Directions = directions }, Multiprocessors, SharedBytes));

    [TestMethod]
    public void PaysForTheSizesThatTheKernelTakesOnly()
    {
        Assert.IsTrue(CudaSelection.Pays(s_tiny with { Inner = 1152, Rank = 36 }, Multiprocessors, SharedBytes));
        Assert.IsFalse(CudaSelection.Pays(s_tiny with { Float32 = true }, Multiprocessors, SharedBytes));
        Assert.IsFalse(CudaSelection.Pays(s_tiny with { Taps = 3 }, Multiprocessors, SharedBytes));
        Assert.IsFalse(CudaSelection.Pays(s_tiny with { Inner = 400 }, Multiprocessors, SharedBytes));
        Assert.IsFalse(CudaSelection.Pays(s_tiny with { Rank = 49 }, Multiprocessors, SharedBytes));
    }

    [TestMethod]
    [DataRow(2, 190_976, true)]
    [DataRow(2, 190_975, false)]
    [DataRow(1, 177_152, true)]
    [DataRow(1, 177_151, false)]
    public void PaysWhereTwoBlocksShareAMultiprocessor(int directions, int sharedBytes, bool expected) =>
        Assert.AreEqual(expected, CudaSelection.Pays(s_tiny with { Directions = directions }, Multiprocessors, sharedBytes));
}
