namespace Microsoft.ML.VideoMamba.Video.Transforms;

/// <summary>
/// Pillow's BICUBIC on uint8: a = -0.5, the filter widened by the scale when shrinking (antialiasing), horizontally first, weights of 22 bits,
/// rounded to uint8 after each pass.
/// </summary>
internal sealed class BicubicResizer : FrameResizer
{
    private const int WeightBits = 22;
    private const double Support = 2;

    private readonly (int First, int[] Weights)[] _columns, _rows;
    private readonly byte[] _narrowed;
    private readonly int[] _sums;

    public BicubicResizer(int height, int width, int newHeight, int newWidth, CropBox? part = null)
        : base(height, width, newHeight, newWidth, part)
    {
        _columns = Taps(width, newWidth, Part.Left, Part.Width);
        _rows = Taps(height, newHeight, Part.Top, Part.Height);
        _narrowed = new byte[height * Part.Width * 3];
        _sums = new int[Part.Width * 3];
    }

    private protected override void ResizeChecked(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int stride = Part.Width * 3, first = _rows[0].First, end = _rows[^1].First + _rows[^1].Weights.Length;
        for (int y = first; y < end; y++)
        {
            var row = source.Slice(y * Width * 3, Width * 3);
            var narrowed = _narrowed.AsSpan(y * stride, stride);
            if (Width == NewWidth) row.Slice(Part.Left * 3, stride).CopyTo(narrowed);
            else Horizontally(row, narrowed);
        }

        for (int y = 0; y < Part.Height; y++)
        {
            var row = destination.Slice(y * stride, stride);
            if (Height == NewHeight) _narrowed.AsSpan((Part.Top + y) * stride, stride).CopyTo(row);
            else Vertically(_rows[y], row);
        }
    }

    private static (int First, int[] Weights)[] Taps(int size, int newSize, int from, int count)
    {
        double scale = (double)size / newSize, widening = Math.Max(scale, 1), support = Support * widening;
        var taps = new (int First, int[] Weights)[count];
        for (int i = 0; i < count; i++)
        {
            double center = (from + i + 0.5) * scale;
            int first = Math.Max((int)(center - support + 0.5), 0), end = Math.Min((int)(center + support + 0.5), size);
            double[] weights = [.. Enumerable.Range(first, end - first).Select(x => Cubic((x - center + 0.5) / widening))];
            double sum = weights.Sum();
            taps[i] = (first, Array.ConvertAll(weights, weight => (int)Math.Round(weight / sum * (1 << WeightBits), MidpointRounding.AwayFromZero)));
        }

        return taps;
    }

    private static double Cubic(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    private static byte Level(int sum) => (byte)Math.Clamp((sum + (1 << (WeightBits - 1))) >> WeightBits, 0, 255);

    private void Horizontally(ReadOnlySpan<byte> row, Span<byte> narrowed)
    {
        for (int x = 0; x < _columns.Length; x++)
        {
            var (first, weights) = _columns[x];
            int red = 0, green = 0, blue = 0, at = first * 3;
            foreach (int weight in weights)
            {
                red += weight * row[at];
                green += weight * row[at + 1];
                blue += weight * row[at + 2];
                at += 3;
            }

            (narrowed[3 * x], narrowed[3 * x + 1], narrowed[3 * x + 2]) = (Level(red), Level(green), Level(blue));
        }
    }

    private void Vertically((int First, int[] Weights) tap, Span<byte> row)
    {
        var sums = _sums.AsSpan();
        sums.Clear();
        for (int k = 0; k < tap.Weights.Length; k++)
        {
            var narrowed = _narrowed.AsSpan((tap.First + k) * row.Length, row.Length);
            int weight = tap.Weights[k];
            for (int x = 0; x < sums.Length; x++) sums[x] += weight * narrowed[x];
        }

        for (int x = 0; x < row.Length; x++) row[x] = Level(sums[x]);
    }
}
