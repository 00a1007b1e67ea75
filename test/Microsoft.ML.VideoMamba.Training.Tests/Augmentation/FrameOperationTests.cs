using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Training.Tests.Augmentation;

[TestClass]
public sealed class FrameOperationTests
{
    private const int Height = 9, Width = 7;

    private static readonly RgbLevel s_fill = new(1, 2, 3);

    [TestMethod]
    [DataRow(FrameOperation.Rotate, 0)]
    [DataRow(FrameOperation.PosterizeOriginal, 8)]
    [DataRow(FrameOperation.Solarize, 256)]
    [DataRow(FrameOperation.SolarizeAdd, 0)]
    [DataRow(FrameOperation.Color, 1)]
    [DataRow(FrameOperation.Contrast, 1)]
    [DataRow(FrameOperation.Brightness, 1)]
    [DataRow(FrameOperation.Sharpness, 1)]
    [DataRow(FrameOperation.ShearX, 0)]
    [DataRow(FrameOperation.ShearY, 0)]
    [DataRow(FrameOperation.TranslateX, 0)]
    [DataRow(FrameOperation.TranslateYRel, 0)]
    public void SomeArgumentChangesNothing(FrameOperation operation, double argument)
    {
        byte[] frame = Frame();

        CollectionAssert.AreEqual(frame, Apply(frame, operation, argument));
        CollectionAssert.AreEqual(frame, Apply(frame, operation, argument, bicubic: false));
    }

    [TestMethod]
    public void InvertingTwiceChangesNothing()
    {
        byte[] frame = Frame();

        CollectionAssert.AreEqual(frame, Apply(Apply(frame, FrameOperation.Invert), FrameOperation.Invert));
    }

    [TestMethod]
    [DataRow(FrameOperation.TranslateX, 2.0, 2, 0)]
    [DataRow(FrameOperation.TranslateX, -3.0, -3, 0)]
    [DataRow(FrameOperation.TranslateY, 4.0, 0, 4)]
    [DataRow(FrameOperation.TranslateXRel, 2.0 / Width, 2, 0)]
    [DataRow(FrameOperation.TranslateYRel, -3.0 / Height, 0, -3)]
    public void WholePixelsMoveExactlyAndLeaveTheFilling(FrameOperation operation, double argument, int columns, int rows)
    {
        byte[] frame = Frame(), moved = Apply(frame, operation, argument);
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
            {
                int fromX = x + columns, fromY = y + rows;
                byte[] expected = fromX is >= 0 and < Width && fromY is >= 0 and < Height ? Pixel(frame, fromY, fromX) : [s_fill.Red, s_fill.Green, s_fill.Blue];
                CollectionAssert.AreEqual(expected, Pixel(moved, y, x), $"({y}, {x})");
            }
        }
    }

    [TestMethod]
    public void TurnsCounterClockwiseAboutTheMiddle()
    {
        // A square, so that a quarter turn loses nothing: the right column becomes the top row.
        byte[] frame = [.. Enumerable.Range(0, 5 * 5).SelectMany(i => new[] { (byte)(10 * i), (byte)i, (byte)(255 - i) })];
        byte[] turned = new byte[frame.Length];
        AffineOperation.Rotate(90, 5, 5).Apply(frame, turned, 5, s_fill, bicubic: false);
        for (int i = 0; i < 5; i++)
        {
            // Truncation may lose a level where the sine is not exactly 1.
            Assert.AreEqual(10 * (i * 5 + 4), turned[3 * i], 1, $"Column {i}");
        }
    }

    [TestMethod]
    public void EvenAFlatFrameSurvivesEveryOperation()
    {
        byte[] flat = [.. Enumerable.Repeat((byte)77, Height * Width * 3)];
        foreach (var operation in Enum.GetValues<FrameOperation>())
        {
            for (double level = 0; level <= 10; level++)
            {
                double argument = operation == FrameOperation.GaussianBlur ? level + 0.1 : OperationLevel.Argument(operation, level, negate: level % 2 == 0, translation: 100);
                Apply(flat, operation, argument);
                Apply([1, 2, 3], operation, argument, width: 1);
            }
        }

        CollectionAssert.AreEqual(flat, Apply(flat, FrameOperation.Equalize));
        CollectionAssert.AreEqual(flat, Apply(flat, FrameOperation.AutoContrast));
        CollectionAssert.AreEqual(flat, Apply(flat, FrameOperation.GaussianBlur, 2));
    }

    [TestMethod]
    [DataRow(0.5)]
    [DataRow(1.0)]
    [DataRow(1.7)]
    public void ABlurHasTheGaussiansVarianceAlongRowsAndColumns(double deviation)
    {
        const int Side = 40;
        byte[] Edge(Func<int, int> at) => [.. Enumerable.Range(0, Side * Side).SelectMany(i => Enumerable.Repeat((byte)(at(i) < Side / 2 ? 0 : 250), 3))];

        byte[] rows = Apply(Edge(i => i / Side), FrameOperation.GaussianBlur, deviation, Side), columns = Apply(Edge(i => i % Side), FrameOperation.GaussianBlur, deviation, Side);

        // What an edge rises by from pixel to pixel is the blur's own shape.
        double[] profile = [.. Enumerable.Range(0, Side).Select(y => (double)rows[y * Side * 3])];
        double[] rise = [.. profile.Zip(profile.Skip(1), (before, behind) => (behind - before) / 250)];
        Assert.AreEqual(1, rise.Sum(), 1e-9);
        double middle = rise.Select((part, y) => part * y).Sum();
        Assert.AreEqual(Side / 2 - 1, middle, 0.05);
        Assert.AreEqual(deviation * deviation, rise.Select((part, y) => part * (y - middle) * (y - middle)).Sum(), 0.1 * deviation * deviation);
        for (int i = 0; i < Side; i++) Assert.AreEqual(rows[i * Side * 3], columns[i * 3]);
    }

    [TestMethod]
    public void EqualizeSpreadsLevelsOfFullRange()
    {
        byte[] dark = [.. Enumerable.Range(0, 64 * 64).SelectMany(i => Enumerable.Repeat((byte)(i % 64), 3))];

        byte[] spread = Apply(dark, FrameOperation.Equalize, width: 64);

        Assert.AreEqual((0, 255), (spread.Min(), spread.Max()));
        CollectionAssert.AreEqual(spread, Apply(dark, FrameOperation.Equalize, width: 64), "Repeatable");
    }

    private static byte[] Frame()
    {
        byte[] frame = new byte[Height * Width * 3];
        new Random(5).NextBytes(frame);
        return frame;
    }

    private static byte[] Pixel(byte[] frame, int y, int x) => frame[((y * Width + x) * 3)..((y * Width + x) * 3 + 3)];

    private static byte[] Apply(byte[] frame, FrameOperation operation, double argument = 0, int width = Width, bool bicubic = true)
    {
        byte[] changed = new byte[frame.Length];
        new DrawnOperation(operation, argument).Apply(frame, changed, width, s_fill, bicubic);
        return changed;
    }
}
