using System.Text;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Video.Tests.Writing;

[TestClass]
public sealed class NetpbmFileTests
{
    [TestMethod]
    [DataRow(false, "ppm")]
    [DataRow(true, "pgm")]
    public void WhatIsWrittenIsReadBitByBit(bool grey, string codec)
    {
        using var folder = new TemporaryFolder();
        var clip = Noise(frames: 3, height: 5, width: 7, grey);

        NetpbmFile.Write(folder["a clip é.pnm"], clip);

        var read = VideoReader.ReadAll(folder["a clip é.pnm"]);
        Assert.AreEqual((3, 5, 7, 0), (read.Frames, read.Height, read.Width, read.Gaps));
        for (int t = 0; t < 3; t++) Assert.IsTrue(clip.Frame(t).SequenceEqual(read.Frame(t)), $"frame {t}");
        using var decoder = VideoDecoder.Open(VideoSource.FromPath(folder["a clip é.pnm"]));
        Assert.AreEqual(("Netpbm", codec), (decoder.Backend, decoder.Codec));
        Assert.HasCount(1, Directory.GetFiles(folder.FullName));
    }

    [TestMethod]
    public void FoldersOfClassesHoldThem()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "one", "two" }) NetpbmFile.Write(Path.Combine(folder[name], "0.pnm"), Noise(1, 4, 4, grey: true));

        CollectionAssert.AreEqual(new[] { "one", "two" }, VideoFolder.Read(folder.FullName).Select(row => row.Label).ToArray());
    }

    [TestMethod]
    [DataRow("P6 # of a camera\n2 1\n# levels\n255\nabcdef", 1)]
    [DataRow("P5\n2\n1\n255\nab\nP5 2 1 255 cd", 2)]
    public void CommentsAndWhiteSpaceArePassedOver(string content, int frames)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.pnm"], content, Encoding.Latin1);

        Assert.AreEqual(frames, VideoReader.ReadAll(folder["a.pnm"]).Frames);
    }

    [TestMethod]
    [DataRow("", "the file is empty")]
    [DataRow("GIF89a", "not a binary PGM or PPM file")]
    [DataRow("P3\n1 1\n255\n1 2 3", "not a binary PGM or PPM file")]
    [DataRow("P5\n0 1\n255\n", "the width is '0'")]
    [DataRow("P5\n2", "the height is ''")]
    [DataRow("P5\n2 99999999999\n255\n", "the height is '9999999999'")]
    [DataRow("P5\n2 1\n65535\nabcd", "the largest level must be 255; it is 65535")]
    [DataRow("P5\n99999 99999\n255\na", "exceeds the limit")]
    [DataRow("P5\n2 2\n255\nabc", "the file ends within frame 0")]
    [DataRow("P5\n2 1\n255\nabP5\n1 2\n255\nab", "frame 1 is 1 x 2 of 1 channels, but the first one is 2 x 1")]
    public void SaysWhatIsWrong(string content, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.pnm"], content, Encoding.Latin1);

        var error = Assert.ThrowsExactly<VideoException>(() => VideoReader.ReadAll(folder["a.pnm"]));

        StringAssert.Contains(error.Message, folder["a.pnm"]);
        StringAssert.Contains(error.Message, message);
    }

    [TestMethod]
    public void RefusesOtherNamesAndNoFrame()
    {
        using var folder = new TemporaryFolder();
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => NetpbmFile.Write(folder["a.png"], Noise(1, 2, 2, false))).Message, ".pnm");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => NetpbmFile.Write(folder["a.pnm"], Noise(0, 2, 2, false))).Message, "at least one frame");
    }

    private static VideoClip Noise(int frames, int height, int width, bool grey)
    {
        var random = new Random(1);
        return new VideoClip("noise", height, width, [.. Enumerable.Range(0, frames).Select(_ => (ReadOnlyMemory<byte>)Frame())]);

        byte[] Frame()
        {
            byte[] frame = new byte[height * width * 3];
            random.NextBytes(frame);
            if (grey) for (int i = 0; i < frame.Length; i++) frame[i] = frame[i - i % 3];
            return frame;
        }
    }
}
