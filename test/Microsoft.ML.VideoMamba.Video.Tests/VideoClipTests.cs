namespace Microsoft.ML.VideoMamba.Video.Tests;

[TestClass]
public sealed class VideoClipTests
{
    [TestMethod]
    public void CopiesFramesOneAfterAnother()
    {
        var clip = new VideoClip("made", 1, 2, [new byte[] { 1, 2, 3, 4, 5, 6 }, new byte[] { 7, 8, 9, 10, 11, 12 }], [4, 9], [0.5, 1.5]);
        var bytes = new byte[12];
        clip.CopyTo(bytes);
        CollectionAssert.AreEqual(Enumerable.Range(1, 12).Select(value => (byte)value).ToArray(), bytes);
        Assert.AreEqual((2, 9, 1.5), (clip.Frames, clip.Indices[1], clip.Times[1]));
        Assert.ThrowsExactly<ArgumentException>(() => clip.CopyTo(new byte[11]));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => clip.Frame(2).ToArray());
    }

    [TestMethod]
    public void RefusesFramesOfAnotherSize()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(() => new VideoClip("made", 1, 1, [new byte[3], new byte[4]]));
        StringAssert.Contains(error.Message, "Frame 1 has 4 bytes; 1 x 1 x 3 were expected.");
        Assert.ThrowsExactly<ArgumentException>(() => new VideoClip("made", 1, 1, [new byte[3]], [1, 2]));
        Assert.ThrowsExactly<ArgumentException>(() => new VideoClip("made", 1, 1, [new byte[3]], [1], [0, 1]));
    }
}
