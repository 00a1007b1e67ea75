using Microsoft.ML.VideoMamba.Kernels.Frames;
using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>Carries out a <see cref="ClipDraw"/>: crop, bilinear resize, flip, gain, offset, noise and normalisation in one pass over the new pixels.</summary>
internal sealed class ClipResampler
{
    private readonly int _height, _width;
    private readonly float[] _scale = new float[3], _shift = new float[3], _noise = new float[3];
    private readonly AxisTap[] _columns, _rows;

    public ClipResampler(ClipDraw draw, (int Height, int Width) frame, int height, int width)
    {
        (_height, _width) = (height, width);
        _columns = Taps(draw.Left, draw.Width, draw.Edge, frame.Width, width);
        _rows = Taps(draw.Top, draw.Height, draw.Edge, frame.Height, height);
        if (draw.Flip) Array.Reverse(_columns);
        for (int channel = 0; channel < 3; channel++)
        {
            double mean = PixelNormalization.ImageNet.Mean[channel], deviation = PixelNormalization.ImageNet.Deviation[channel];
            _scale[channel] = (float)(draw.Gain / 255 / deviation);
            _shift[channel] = (float)((0.5 - 0.5 * draw.Gain + draw.Offset - mean) / deviation);
            _noise[channel] = (float)(draw.Noise / deviation);
        }
    }

    /// <summary>The same for a card to carry out.</summary>
    /// <param name="frames">The frames, (H, W, 3) bytes of the clip's size, one after another: noise is drawn behind each, as <see cref="Frame"/> does.</param>
    /// <param name="frameWidth">The clip's width.</param>
    /// <param name="random">Draws where the noise begins.</param>
    public ResampledClip OnCard(IEnumerable<ReadOnlyMemory<byte>> frames, int frameWidth, Random random)
    {
        var (taken, starts) = (new List<ReadOnlyMemory<byte>>(), new List<int>());
        bool noisy = _noise.Any(noise => noise != 0);
        foreach (var frame in frames)
        {
            taken.Add(frame);
            if (noisy) starts.AddRange(NormalNoise.Starts(random, _height * 3, _width));
        }

        return new ResampledClip(taken, frameWidth, _rows, _columns, _scale, _shift, _noise, noisy ? [.. starts] : null);
    }

    /// <summary>Writes one frame.</summary>
    /// <param name="frame">(H, W, 3) bytes of the clip's size.</param>
    /// <param name="frameWidth">The clip's width.</param>
    /// <param name="channels">The three planes of the new frame, height * width floats each, <paramref name="stride"/> floats apart.</param>
    /// <param name="stride">From one channel's plane to the next.</param>
    /// <param name="random">Draws the noise.</param>
    public void Frame(ReadOnlySpan<byte> frame, int frameWidth, Span<float> channels, int stride, Random random)
    {
        for (int y = 0; y < _height; y++)
        {
            var (first, second, weight) = _rows[y];
            var upper = frame.Slice(first * frameWidth * 3, frameWidth * 3);
            var lower = frame.Slice(second * frameWidth * 3, frameWidth * 3);
            for (int channel = 0; channel < 3; channel++) Row(upper, lower, weight, channel, channels.Slice(channel * stride + y * _width, _width), random);
        }
    }

    private void Row(ReadOnlySpan<byte> upper, ReadOnlySpan<byte> lower, float weight, int channel, Span<float> row, Random random)
    {
        float scale = _scale[channel], shift = _shift[channel], noise = _noise[channel];
        for (int x = 0; x < row.Length; x++)
        {
            var (left, right, across) = _columns[x];
            int from = left * 3 + channel, to = right * 3 + channel;
            float above = upper[from] + across * (upper[to] - upper[from]), below = lower[from] + across * (lower[to] - lower[from]);
            row[x] = (above + weight * (below - above)) * scale + shift;
        }

        if (noise == 0) return;
        var normal = NormalNoise.Row(random, row.Length);
        for (int x = 0; x < row.Length; x++) row[x] += noise * normal[x];
    }

    /// <summary>For each new pixel along an axis the two old ones around its centre and the second one's weight.</summary>
    private static AxisTap[] Taps(double start, double length, CropEdge edge, int oldSize, int newSize)
    {
        var (least, most) = edge == CropEdge.Closed ? (start, start + length - 1) : (0, oldSize - 1);
        var taps = new AxisTap[newSize];
        for (int i = 0; i < newSize; i++)
        {
            double position = start + (i + 0.5) * length / newSize - 0.5;
            taps[i] = edge == CropEdge.Reflected ? Reflected(position, oldSize) : Repeated(Math.Clamp(position, least, most), (int)most);
        }

        return taps;
    }

    private static AxisTap Repeated(double position, int last)
    {
        int first = (int)position;
        return new AxisTap(first, Math.Min(first + 1, last), (float)(position - first));
    }

    private static AxisTap Reflected(double position, int size)
    {
        double below = Math.Floor(position), weight = position - below;
        int first = SimpleCrop.Reflected((int)below, size), second = SimpleCrop.Reflected((int)below + 1, size);
        return first <= second ? new AxisTap(first, second, (float)weight) : new AxisTap(second, first, (float)(1 - weight));
    }
}
