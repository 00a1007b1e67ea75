namespace Microsoft.ML.VideoMamba.Video.Transforms;

/// <summary>
/// OpenCV's INTER_LINEAR on uint8, bit for bit: pixel centres, weights of 11 bits, two rows summed horizontally, then blended vertically.
/// </summary>
internal sealed class BilinearResizer : FrameResizer
{
    private const int WeightBits = 11;

    private readonly int[] _left, _top;
    private readonly (int First, int Second)[] _columnWeights, _rowWeights;
    private readonly int _inner;
    private readonly int[][] _rows;
    private readonly int[] _rowOf = [-1, -1];
    private readonly VectorWidth _vectors;

    public BilinearResizer(int height, int width, int newHeight, int newWidth, CropBox? part = null, VectorWidth? vectors = null)
        : base(height, width, newHeight, newWidth, part)
    {
        (_left, _columnWeights) = Taps(width, newWidth, clamp: true, Part.Left, Part.Width);
        (_top, _rowWeights) = Taps(height, newHeight, clamp: false, Part.Top, Part.Height);
        _inner = Array.FindLastIndex(_left, left => left < width - 2) + 1;
        for (int x = 0; x < _left.Length; x++) _left[x] *= 3;
        _rows = [new int[Part.Width * 3 + BilinearRows.Overhang], new int[Part.Width * 3 + BilinearRows.Overhang]];
        _vectors = vectors ?? VectorWidths.Widest;
    }

    private protected override void ResizeChecked(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        _rowOf.AsSpan().Fill(-1);
        int stride = Part.Width * 3;
        for (int y = 0; y < Part.Height; y++)
        {
            int[] upper = Row(source, Math.Clamp(_top[y], 0, Height - 1), keep: -1);
            int[] lower = Row(source, Math.Clamp(_top[y] + 1, 0, Height - 1), keep: Array.IndexOf(_rows, upper));
            BilinearRows.Blend(upper, lower, _rowWeights[y].First, _rowWeights[y].Second, destination.Slice(y * stride, stride), _vectors);
        }
    }

    /// <summary>Along one axis: for each new pixel the old one before it and the weights of that one and of the next.</summary>
    private static (int[] First, (int First, int Second)[] Weights) Taps(int size, int newSize, bool clamp, int from, int count)
    {
        var taps = (First: new int[count], Weights: new (int First, int Second)[count]);
        double scale = (double)size / newSize;
        for (int i = 0; i < count; i++)
        {
            float position = (float)((from + i + 0.5) * scale - 0.5);
            int first = (int)MathF.Floor(position);
            float fraction = position - first;
            if (clamp && (first < 0 || first >= size - 1)) (first, fraction) = (first < 0 ? 0 : size - 1, 0);
            taps.First[i] = first;
            taps.Weights[i] = (Weight(1 - fraction), Weight(fraction));
        }

        return taps;
    }

    private static int Weight(float fraction) => (int)MathF.Round(fraction * (1 << WeightBits), MidpointRounding.ToEven);

    /// <summary>The horizontal sums of a row: those of the frame's row before are mostly still there.</summary>
    private int[] Row(ReadOnlySpan<byte> source, int y, int keep)
    {
        int held = Array.IndexOf(_rowOf, y);
        if (held >= 0) return _rows[held];

        // The older of the two makes room.
        int slot = keep >= 0 ? 1 - keep : _rowOf[0] <= _rowOf[1] ? 0 : 1;
        _rowOf[slot] = y;
        BilinearRows.Sum(source.Slice(y * Width * 3, Width * 3), _left, _columnWeights, _inner, _rows[slot], _vectors);
        return _rows[slot];
    }
}
