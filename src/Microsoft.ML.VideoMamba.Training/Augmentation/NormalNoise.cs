namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>Normal noise out of a table: rows start at random places of it, which costs a draw a row instead of one a pixel.</summary>
internal static class NormalNoise
{
    private const int Size = 1 << 16;

    private static readonly float[] s_table = Create();

    /// <summary>As many values of mean 0 and deviation 1 as a row has, at most 65,536.</summary>
    public static ReadOnlySpan<float> Row(Random random, int length) => s_table.AsSpan(random.Next(Size - length + 1), length);

    /// <summary>The table.</summary>
    public static ReadOnlySpan<float> Table => s_table;

    /// <summary>Where so many rows of it begin, drawn one after the other as <see cref="Row"/> does.</summary>
    public static int[] Starts(Random random, int rows, int length)
    {
        var starts = new int[rows];
        for (int i = 0; i < rows; i++) starts[i] = random.Next(Size - length + 1);
        return starts;
    }

    /// <summary>One value of mean 0 and deviation 1.</summary>
    public static double Draw(Random random) => DrawPair(random).Item1;

    private static float[] Create()
    {
        var random = new Random(1);
        var table = new float[Size];
        for (int i = 0; i < Size; i += 2)
        {
            var (first, second) = DrawPair(random);
            (table[i], table[i + 1]) = ((float)first, (float)second);
        }

        return table;
    }

    // Box and Muller, 1958.
    private static (double, double) DrawPair(Random random)
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())), angle = 2 * Math.PI * random.NextDouble();
        return (radius * Math.Cos(angle), radius * Math.Sin(angle));
    }
}
