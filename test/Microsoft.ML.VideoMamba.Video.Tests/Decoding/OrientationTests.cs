using System.Buffers.Binary;
using Microsoft.ML.VideoMamba.TestCommon;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Video.Tests.Decoding;

/// <summary>A clip whose display matrix is overwritten must show the same pixels at the places that the matrix names.</summary>
[TestClass]
public sealed class OrientationTests
{
    private const int Frame = 20;

    private static readonly byte[] s_upright = File.ReadAllBytes(Path.Combine(RepositoryPaths.Media, "plant-short.mp4"));

    public static IEnumerable<object[]> Matrices => Backends.With(
        ["upright", 1, 0, 0, 1, 0],
        ["a quarter clockwise", 0, 1, -1, 0, 90],
        ["upside down", -1, 0, 0, -1, 180],
        ["a quarter counter-clockwise", 0, -1, 1, 0, 270],
        ["mirrored horizontally", -1, 0, 0, 1, 0],
        ["mirrored vertically", 1, 0, 0, -1, 0],
        ["transposed", 0, 1, 1, 0, 0],
        ["transposed over the other diagonal", 0, -1, -1, 0, 0]);

    [TestMethod]
    [DynamicData(nameof(Matrices))]
    public void ShowsFramesAsTheMatrixSays(VideoBackend backend, string name, int a, int b, int c, int d, int rotation)
    {
        var options = Backends.Options(backend);
        var upright = VideoReader.Read(VideoSource.FromBytes(s_upright, "upright"), [Frame], options);
        var turned = VideoSource.FromBytes(WithMatrix(a, b, c, d), name);
        var shown = VideoReader.Read(turned, [Frame], options);

        Assert.AreEqual(a == 0 ? (upright.Width, upright.Height) : (upright.Height, upright.Width), (shown.Height, shown.Width));
        CollectionAssert.AreEqual(Placed(upright, a, b, c, d), shown.Frame(0).ToArray());
        Assert.AreEqual(rotation, VideoReader.Probe(turned, options).Rotation);
    }

    /// <summary>Coded pixel (x, y) at (a x + c y, b x + d y), moved so that the picture starts at (0, 0).</summary>
    private static byte[] Placed(VideoClip clip, int a, int b, int c, int d)
    {
        int height = a == 0 ? clip.Width : clip.Height, width = a == 0 ? clip.Height : clip.Width;
        var placed = new byte[height * width * 3];
        var source = clip.Frame(0);
        for (int y = 0; y < clip.Height; y++)
        {
            for (int x = 0; x < clip.Width; x++)
            {
                int left = a * x + c * y, top = b * x + d * y;
                if (a + c < 0) left += width - 1;
                if (b + d < 0) top += height - 1;
                source.Slice((y * clip.Width + x) * 3, 3).CopyTo(placed.AsSpan((top * width + left) * 3));
            }
        }

        return placed;
    }

    private static byte[] WithMatrix(int a, int b, int c, int d)
    {
        byte[] file = [.. s_upright];
        int header = file.AsSpan().IndexOf("tkhd"u8) + 4;
        Assert.IsGreaterThan(4, header);
        int matrix = header + (file[header] == 1 ? 52 : 40);
        Assert.AreEqual(1 << 16, BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(matrix)), "The clip is upright");
        int[] entries = [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30];
        for (int i = 0; i < entries.Length; i++) BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(matrix + 4 * i), entries[i]);
        return file;
    }
}
