using Microsoft.ML.VideoMamba.Kernels.Scan;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>How a scan is cut on a card of 132 multiprocessors, 12 warps each.</summary>
[TestClass]
public sealed class ScanChunkTests
{
    private const long Places = 12 * 132;

    [TestMethod]
    [DataRow(1536L, 1569, 5, 1569, "Enough warps: whole sequences.")]
    [DataRow(384L, 1569, 5, 1569, "Four chunks do not pay forwards.")]
    [DataRow(384L, 1569, 2, 400, "They do backwards.")]
    [DataRow(192L, 1569, 5, 200, "Eight chunks pay.")]
    [DataRow(24L, 12545, 5, 192, "As many as fill the card once.")]
    [DataRow(24L, 31, 5, 31, "Too short to cut.")]
    [DataRow(1L, 200, 5, 40, "No chunk is shorter than 32 steps.")]
    public void CutsWhereThatPays(long warps, int length, int fewestChunks, int chunk, string why) =>
        Assert.AreEqual(chunk, CudaScan.ChunkFor(warps, Places, length, fewestChunks), why);

    [TestMethod]
    public void ChunksBeginWhereStatesAreKept()
    {
        for (int length = 1; length < 3000; length += 37)
        {
            for (long warps = 1; warps < 2000; warps *= 3)
            {
                int chunk = CudaScan.ChunkFor(warps, Places, length, fewestChunks: 2);
                Assert.IsTrue(chunk == length || chunk % CudaScan.StepsPerKept == 0, $"{chunk} of {length}");
                Assert.IsTrue(chunk >= 1 && chunk <= length, $"{chunk} of {length}");
            }
        }
    }

    [TestMethod]
    [DataRow(384, 128, 4, "Ti, 32 clips in two chunks: three blocks of four or four of three on the busiest multiprocessor")]
    [DataRow(1152, 32, 3, "M, 16 clips: three blocks of three instead of three of four")]
    [DataRow(768, 64, 4, "S, 32 clips")]
    [DataRow(384, 2, 3, "one clip: a block a multiprocessor at most")]
    public void BackwardBlocksSpreadEvenly(int channels, int walks, int warps, string why) =>
        Assert.AreEqual(warps, CudaScan.BlockWarps(channels, walks, multiprocessors: 132), why);
}
