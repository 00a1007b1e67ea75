namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>Operations that change each level on its own, by a table for each channel. Frames are (H, W, 3) bytes.</summary>
internal static class PointOperation
{
    private const int Levels = 256;

    /// <summary>Stretches each channel's darkest and brightest levels to 0 and 255.</summary>
    public static void AutoContrast(ReadOnlySpan<byte> frame, Span<byte> changed) => MapByHistogram(frame, changed, Stretch);

    /// <summary>Evens out each channel's histogram.</summary>
    public static void Equalize(ReadOnlySpan<byte> frame, Span<byte> changed) => MapByHistogram(frame, changed, Even);

    /// <summary>255 minus each level.</summary>
    public static void Invert(ReadOnlySpan<byte> frame, Span<byte> changed) => Map(frame, changed, level => 255 - level);

    /// <summary>Keeps the topmost <paramref name="bits"/>, 0 to 8.</summary>
    public static void Posterize(ReadOnlySpan<byte> frame, Span<byte> changed, int bits) => Map(frame, changed, level => level & (0xFF00 >> bits));

    /// <summary>Inverts levels from <paramref name="threshold"/> up.</summary>
    public static void Solarize(ReadOnlySpan<byte> frame, Span<byte> changed, int threshold) => Map(frame, changed, level => level < threshold ? level : 255 - level);

    /// <summary>Adds to levels below 128.</summary>
    public static void SolarizeAdd(ReadOnlySpan<byte> frame, Span<byte> changed, int add) => Map(frame, changed, level => level < 128 ? Math.Min(255, level + add) : level);

    private static void Map(ReadOnlySpan<byte> frame, Span<byte> changed, Func<int, int> change)
    {
        Span<byte> table = stackalloc byte[Levels];
        for (int level = 0; level < Levels; level++) table[level] = (byte)change(level);
        for (int i = 0; i < frame.Length; i++) changed[i] = table[frame[i]];
    }

    private static void MapByHistogram(ReadOnlySpan<byte> frame, Span<byte> changed, FillTable fill)
    {
        Span<int> histogram = stackalloc int[Levels];
        Span<byte> table = stackalloc byte[Levels];
        for (int channel = 0; channel < 3; channel++)
        {
            histogram.Clear();
            for (int i = channel; i < frame.Length; i += 3) histogram[frame[i]]++;
            fill(histogram, table);
            for (int i = channel; i < frame.Length; i += 3) changed[i] = table[frame[i]];
        }
    }

    private delegate void FillTable(ReadOnlySpan<int> histogram, Span<byte> table);

    private static void Stretch(ReadOnlySpan<int> histogram, Span<byte> table)
    {
        int low = histogram.IndexOfAnyExcept(0), high = histogram.LastIndexOfAnyExcept(0);
        if (high <= low)
        {
            Identity(table);
            return;
        }

        double scale = 255.0 / (high - low), offset = -low * scale;
        for (int level = 0; level < Levels; level++) table[level] = (byte)Math.Clamp((int)(level * scale + offset), 0, 255);
    }

    private static void Even(ReadOnlySpan<int> histogram, Span<byte> table)
    {
        int high = histogram.LastIndexOfAnyExcept(0), total = 0;
        foreach (int count in histogram) total += count;
        int step = (total - histogram[high]) / 255;
        if (step == 0)
        {
            Identity(table);
            return;
        }

        int sum = step / 2;
        for (int level = 0; level < Levels; level++)
        {
            table[level] = (byte)Math.Min(255, sum / step);
            sum += histogram[level];
        }
    }

    private static void Identity(Span<byte> table)
    {
        for (int level = 0; level < Levels; level++) table[level] = (byte)level;
    }
}
