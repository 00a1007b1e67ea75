namespace Microsoft.ML.VideoMamba.Video.Transforms;

/// <summary>From a grey level of 0 to 255 to a network's input: (level / 255 - mean) / deviation, for each of red, green and blue.</summary>
public sealed class PixelNormalization
{
    private readonly float[] _mean, _deviation;
    private readonly float[][] _levels;

    /// <summary>Sets the statistics.</summary>
    /// <param name="mean">The mean of red, green and blue, on the scale of 0 to 1.</param>
    /// <param name="deviation">The standard deviation of red, green and blue, above 0.</param>
    /// <exception cref="ArgumentException">There are not three numbers, or a deviation is not above 0.</exception>
    public PixelNormalization(IReadOnlyList<float> mean, IReadOnlyList<float> deviation)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(deviation);
        if (mean.Count != 3) throw new ArgumentException($"Three means are needed; there are {mean.Count}.", nameof(mean));
        if (deviation.Count != 3) throw new ArgumentException($"Three deviations are needed; there are {deviation.Count}.", nameof(deviation));
        if (deviation.Any(value => !(value > 0))) throw new ArgumentException($"Deviations must be above 0; they are {string.Join(", ", deviation)}.", nameof(deviation));
        (_mean, _deviation) = ([.. mean], [.. deviation]);
        _levels = [.. _mean.Zip(_deviation, Table)];
    }

    /// <summary>The statistics of ImageNet, which every published checkpoint expects.</summary>
    public static PixelNormalization ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>The mean of red, green and blue, on the scale of 0 to 1.</summary>
    public IReadOnlyList<float> Mean => _mean;

    /// <summary>The standard deviation of red, green and blue.</summary>
    public IReadOnlyList<float> Deviation => _deviation;

    /// <summary>Normalises a row and lays its channels out in planes.</summary>
    /// <param name="pixels">The row, RGB.</param>
    /// <param name="red">Takes a number for each pixel.</param>
    /// <param name="green">The same.</param>
    /// <param name="blue">The same.</param>
    /// <param name="width">The vectors to use; this machine's widest if left out.</param>
    internal void Write(ReadOnlySpan<byte> pixels, Span<float> red, Span<float> green, Span<float> blue, VectorWidth? width = null)
    {
        int x = NormalizedRows.Write(pixels, red, green, blue, _mean, _deviation, width ?? VectorWidths.Widest);
        for (int at = 3 * x; x < red.Length; x++, at += 3)
        {
            red[x] = _levels[0][pixels[at]];
            green[x] = _levels[1][pixels[at + 1]];
            blue[x] = _levels[2][pixels[at + 2]];
        }
    }

    private static float[] Table(float mean, float deviation)
    {
        var levels = new float[256];
        for (int level = 0; level < levels.Length; level++) levels[level] = (level / 255f - mean) / deviation;
        return levels;
    }
}
