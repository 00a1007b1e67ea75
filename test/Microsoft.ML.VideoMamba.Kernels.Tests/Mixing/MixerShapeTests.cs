using Microsoft.ML.VideoMamba.Kernels.Mixing;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Mixing;

[TestClass]
public sealed class MixerShapeTests
{
    // Ti, S and M on 8 frames, M on 64, and batches that are small or of one clip.
    [TestMethod]
    [DataRow(32, 1569, 384, 2)]
    [DataRow(32, 1569, 768, 4)]
    [DataRow(16, 1569, 1152, 2)]
    [DataRow(2, 12545, 1152, 2)]
    [DataRow(7, 1569, 1152, 1)]
    [DataRow(64, 17, 384, 1)]
    [DataRow(1, 100_000, 1152, 1)]
    public void PartsOfABatchAreEqualAndKeepACardBusy(int batch, int length, int inner, int expected) =>
        Assert.AreEqual(expected, new MixerShape(batch, length, inner / 2, inner, 12, 4, 2, Float32: false).Slices);
}
