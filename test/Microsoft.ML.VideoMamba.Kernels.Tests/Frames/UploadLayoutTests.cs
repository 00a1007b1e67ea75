using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.Kernels.Frames;

namespace Microsoft.ML.VideoMamba.Kernels.Tests.Frames;

/// <summary>The bytes that are sent to a card, read as frames_resample.cu reads them.</summary>
[TestClass]
public sealed class UploadLayoutTests
{
    private const int Frames = 2, Height = 3, Width = 5, Colours = 3;

    private readonly Random _random = new(1);

    [TestMethod]
    public void HoldsWhatTheKernelLooksFor()
    {
        ResampledClip[] clips = [Clip(8, 9, noisy: true, []), Clip(6, 4, noisy: false, [Box(1, noisy: true), Box(0, noisy: false), Box(1, noisy: false)])];
        var layout = new UploadLayout(clips);
        byte[] sent = new byte[layout.Bytes];

        layout.Write(sent);

        for (int i = 0; i < clips.Length; i++) CheckClip(clips[i], sent, MemoryMarshal.Cast<byte, FrameClip>(sent.AsSpan(0, clips.Length * Unsafe.SizeOf<FrameClip>()))[i]);
    }

    [TestMethod]
    public void StructsAreAsLargeAsTheKernels() => Assert.AreEqual((96, 32, 12), (Unsafe.SizeOf<FrameClip>(), Unsafe.SizeOf<FrameErasing>(), Unsafe.SizeOf<AxisTap>()));

    [TestMethod]
    [DataRow(Frames, 0, 0, 1, 1)]
    [DataRow(-1, 0, 0, 1, 1)]
    [DataRow(0, -1, 0, 1, 1)]
    [DataRow(0, 0, 4, 1, 2)]
    [DataRow(0, 2, 0, 2, 1)]
    public void RefusesBoxesThatLieOutside(int frame, int top, int left, int height, int width)
    {
        var clip = Clip(8, 9, noisy: false, [new ErasedBox(frame, top, left, height, width, [0, 0, 0], null)]);

        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => new UploadLayout([clip])).Message, "lies outside");
    }

    [TestMethod]
    public void RefusesTooFewStarts() =>
        Assert.ThrowsExactly<ArgumentException>(() => new UploadLayout([Clip(8, 9, noisy: false, [new ErasedBox(0, 0, 0, 2, 2, [0, 0, 0], new int[5])])]));

    private static void CheckClip(ResampledClip clip, byte[] sent, FrameClip header)
    {
        int first = clip.Rows.Min(tap => tap.First);
        var rows = At<AxisTap>(sent, header.Rows, Height);
        for (int y = 0; y < Height; y++) Assert.AreEqual(clip.Rows[y], rows[y] with { First = rows[y].First + first, Second = rows[y].Second + first });
        CollectionAssert.AreEqual(clip.Columns.ToArray(), At<AxisTap>(sent, header.Columns, Width).ToArray());
        if (clip.NoiseStarts is null) Assert.IsLessThan(0, header.Starts);
        else CollectionAssert.AreEqual(clip.NoiseStarts, At<int>(sent, header.Starts, clip.NoiseStarts.Length).ToArray());
        for (int t = 0; t < Frames; t++)
        {
            var expected = clip.Frames[t].Span[(first * clip.FrameWidth * Colours)..].Slice(0, header.FrameBytes);
            Assert.IsTrue(expected.SequenceEqual(sent.AsSpan((int)header.Frames + (t * header.FrameBytes), header.FrameBytes)));
        }

        Assert.AreEqual(clip.FrameWidth * Colours, header.RowBytes);
        if (clip.Erased.Count == 0) Assert.IsLessThan(0, header.Erasings);
        else CheckErasings(clip, sent, header);
    }

    private static void CheckErasings(ResampledClip clip, byte[] sent, FrameClip header)
    {
        var firsts = At<int>(sent, header.Erasings, Frames + 1);
        var erasings = At<FrameErasing>(sent, header.Erasings + ((Frames + 1) * sizeof(int)), clip.Erased.Count);
        Assert.AreEqual((0, clip.Erased.Count), (firsts[0], firsts[Frames]));
        for (int t = 0; t < Frames; t++)
        {
            var boxes = clip.Erased.Where(box => box.Frame == t).ToArray();
            Assert.AreEqual(boxes.Length, firsts[t + 1] - firsts[t]);
            for (int i = 0; i < boxes.Length; i++)
            {
                var (box, got) = (boxes[i], erasings[firsts[t] + i]);
                Assert.AreEqual((box.Top, box.Left, box.Height, box.Width), (got.Top, got.Left, got.Height, got.Width));
                CollectionAssert.AreEqual(box.Colour.ToArray(), new[] { got.Colour[0], got.Colour[1], got.Colour[2] });
                if (box.NoiseStarts is null) Assert.IsLessThan(0, got.Starts);
                else CollectionAssert.AreEqual(box.NoiseStarts, At<int>(sent, header.Fills + (got.Starts * sizeof(int)), box.NoiseStarts.Length).ToArray());
            }
        }
    }

    private static Span<T> At<T>(byte[] sent, long at, int count)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(sent.AsSpan((int)at, count * Unsafe.SizeOf<T>()));

    private ErasedBox Box(int frame, bool noisy) => new(frame, 1, 2, 2, 3, [_random.NextSingle(), _random.NextSingle(), _random.NextSingle()], noisy ? Numbers(Colours * 2) : null);

    private int[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(100))];

    private ResampledClip Clip(int frameHeight, int frameWidth, bool noisy, IReadOnlyList<ErasedBox> erased)
    {
        AxisTap[] Taps(int count, int from, int below) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(from, below - 1)).Select(first => new AxisTap(first, first + 1, _random.NextSingle()))];
        ReadOnlyMemory<byte> Frame()
        {
            byte[] frame = new byte[frameHeight * frameWidth * Colours];
            _random.NextBytes(frame);
            return frame;
        }

        return new ResampledClip([Frame(), Frame()], frameWidth, Taps(Height, 2, frameHeight), Taps(Width, 0, frameWidth), [1, 2, 3], [4, 5, 6], [7, 8, 9], noisy ? Numbers(Frames * Height * Colours) : null)
        {
            Erased = erased,
        };
    }
}
