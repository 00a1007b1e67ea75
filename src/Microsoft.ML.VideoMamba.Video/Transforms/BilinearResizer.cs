using System.Numerics;

namespace Microsoft.ML.VideoMamba.Video.Transforms;

/// <summary>
/// OpenCV's INTER_LINEAR on uint8, bit for bit: pixel centres, weights of 11 bits, two rows summed horizontally, then blended vertically.
/// </summary>
internal sealed class BilinearResizer : FrameResizer
{
    private const int WeightBits = 11;

    private readonly int[] _left, _leftWeight, _rightWeight;
    private readonly int[] _top, _topWeight, _bottomWeight;
    private readonly int[][] _rows;
    private readonly int[] _rowOf = [-1, -1];

    public BilinearResizer(int height, int width, int newHeight, int newWidth)
        : base(height, width, newHeight, newWidth)
    {
        (_left, _leftWeight, _rightWeight) = Taps(width, newWidth, clamp: true);
        (_top, _topWeight, _bottomWeight) = Taps(height, newHeight, clamp: false);
        _rows = [new int[newWidth * 3], new int[newWidth * 3]];
    }

    private protected override void ResizeChecked(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        _rowOf.AsSpan().Fill(-1);
        int stride = NewWidth * 3;
        for (int y = 0; y < NewHeight; y++)
        {
            int[] upper = Row(source, Math.Clamp(_top[y], 0, Height - 1), keep: -1);
            int[] lower = Row(source, Math.Clamp(_top[y] + 1, 0, Height - 1), keep: Array.IndexOf(_rows, upper));
            Blend(upper, lower, _topWeight[y], _bottomWeight[y], destination.Slice(y * stride, stride));
        }
    }

    /// <summary>Along one axis: for each new pixel the old one before it and the weights of that one and of the next.</summary>
    private static (int[] First, int[] FirstWeight, int[] SecondWeight) Taps(int size, int newSize, bool clamp)
    {
        var taps = (First: new int[newSize], FirstWeight: new int[newSize], SecondWeight: new int[newSize]);
        double scale = (double)size / newSize;
        for (int i = 0; i < newSize; i++)
        {
            float position = (float)((i + 0.5) * scale - 0.5);
            int first = (int)MathF.Floor(position);
            float fraction = position - first;
            if (clamp && (first < 0 || first >= size - 1)) (first, fraction) = (first < 0 ? 0 : size - 1, 0);
            taps.First[i] = first;
            taps.FirstWeight[i] = Weight(1 - fraction);
            taps.SecondWeight[i] = Weight(fraction);
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
        Sum(source.Slice(y * Width * 3, Width * 3), _rows[slot]);
        return _rows[slot];
    }

    private void Sum(ReadOnlySpan<byte> pixels, Span<int> sums)
    {
        int last = (Width - 1) * 3;
        for (int x = 0; x < _left.Length; x++)
        {
            int left = _left[x] * 3, right = Math.Min(left + 3, last), first = _leftWeight[x], second = _rightWeight[x];
            var a = pixels.Slice(left, 3);
            var b = pixels.Slice(right, 3);
            var sum = sums.Slice(3 * x, 3);
            sum[0] = first * a[0] + second * b[0];
            sum[1] = first * a[1] + second * b[1];
            sum[2] = first * a[2] + second * b[2];
        }
    }

    private static void Blend(ReadOnlySpan<int> upper, ReadOnlySpan<int> lower, int upperWeight, int lowerWeight, Span<byte> pixels)
    {
        int x = 0;
        for (int step = Vector<byte>.Count, part = Vector<int>.Count; x <= pixels.Length - step; x += step)
        {
            var first = Vector.Narrow(
                Blend(upper[x..], lower[x..], upperWeight, lowerWeight),
                Blend(upper[(x + part)..], lower[(x + part)..], upperWeight, lowerWeight));
            var second = Vector.Narrow(
                Blend(upper[(x + 2 * part)..], lower[(x + 2 * part)..], upperWeight, lowerWeight),
                Blend(upper[(x + 3 * part)..], lower[(x + 3 * part)..], upperWeight, lowerWeight));
            Vector.Narrow(Vector.AsVectorUInt16(first), Vector.AsVectorUInt16(second)).CopyTo(pixels[x..]);
        }

        for (; x < pixels.Length; x++)
        {
            pixels[x] = (byte)((((upperWeight * (upper[x] >> 4)) >> 16) + ((lowerWeight * (lower[x] >> 4)) >> 16) + 2) >> 2);
        }
    }

    private static Vector<int> Blend(ReadOnlySpan<int> upper, ReadOnlySpan<int> lower, int upperWeight, int lowerWeight)
    {
        var a = Vector.ShiftRightArithmetic(Vector.ShiftRightArithmetic(new Vector<int>(upper), 4) * upperWeight, 16);
        var b = Vector.ShiftRightArithmetic(Vector.ShiftRightArithmetic(new Vector<int>(lower), 4) * lowerWeight, 16);
        return Vector.ShiftRightArithmetic(a + b + new Vector<int>(2), 2);
    }
}
