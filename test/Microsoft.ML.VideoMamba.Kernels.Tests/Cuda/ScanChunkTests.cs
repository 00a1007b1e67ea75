using Microsoft.ML.VideoMamba.Kernels.Scan;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Cuda;

/// <summary>How a scan is divided on a card of 132 multiprocessors.</summary>
[TestClass]
public sealed class ScanChunkTests
{
    private const int Multiprocessors = 132;
    private const long Places = 10 * Multiprocessors;

    [TestMethod]
    [DataRow(1536L, 1569, 1569, "Enough groups: whole sequences.")]
    [DataRow(192L, 12545, 12545, "Five chunks do not pay.")]
    [DataRow(96L, 12545, 1144, "Eleven pay: eight groups on every multiprocessor.")]
    [DataRow(144L, 12545, 1800, "Seven pay.")]
    [DataRow(24L, 12545, 576, "Twice as many chunks would leave the fullest multiprocessor as much to do.")]
    [DataRow(72L, 1569, 144, "Six groups on every multiprocessor.")]
    [DataRow(24L, 31, 31, "Too short to cut.")]
    public void CutsForwardScansWhereThatPays(long groups, int length, int chunk, string why) =>
        Assert.AreEqual(chunk, CudaScan.ForwardChunkFor(groups, Multiprocessors, length), why);

    [TestMethod]
    [DataRow(192L, 12545, 4, 2096, "Six chunks, whose first states are left to a later walk.")]
    [DataRow(384L, 1569, 2, 528, "Backwards.")]
    [DataRow(24L, 31, 2, 31, "Too short to cut.")]
    [DataRow(1L, 200, 5, 40, "No chunk is shorter than 32 steps.")]
    public void CutsWhereThatPays(long groups, int length, int fewestChunks, int chunk, string why) =>
        Assert.AreEqual(chunk, CudaScan.ChunkFor(groups, Places, length, fewestChunks), why);

    [TestMethod]
    [DataRow(1536L, 2, "Ti, 8 frames, batch 64.")]
    [DataRow(768L, 2, "Ti, 32 frames, batch 32.")]
    [DataRow(576L, 4, "M, 64 frames, batch 8.")]
    [DataRow(24L, 4, "One clip.")]
    public void SharesGroupsWhereTheyAreFew(long groups, int parts, string why) => Assert.AreEqual(parts, CudaScan.PartsFor(groups, Multiprocessors), why);

    [TestMethod]
    [DataRow(64, 24, 64, "Ti, 8 frames.")]
    [DataRow(16, 24, 16, "Ti, 64 frames.")]
    [DataRow(640, 24, 128, "A large batch takes no more memory.")]
    [DataRow(5, 24, 5, "Few clips.")]
    [DataRow(1, 24, 1, "One.")]
    [DataRow(3, 2000, 3, "One fills the card, but three are little.")]
    public void TakesNoMoreClipsAtATimeThanHelp(int batch, int groups, int clips, string why) =>
        Assert.AreEqual(clips, CudaScan.ClipsAtOnce(batch, groups, Multiprocessors), why);

    [TestMethod]
    public void ChunksBeginWhereStatesAreKept()
    {
        for (int length = 1; length < 3000; length += 37)
        {
            for (long groups = 1; groups < 2000; groups *= 3)
            {
                foreach (int chunk in new[] { CudaScan.ChunkFor(groups, Places, length, fewestChunks: 2), CudaScan.ForwardChunkFor(groups, Multiprocessors, length) })
                {
                    Assert.IsTrue(chunk == length || chunk % CudaScan.StepsPerKept == 0, $"{chunk} of {length}");
                    Assert.IsTrue(chunk >= 1 && chunk <= length, $"{chunk} of {length}");
                }
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
