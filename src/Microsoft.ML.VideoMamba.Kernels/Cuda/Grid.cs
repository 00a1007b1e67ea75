namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>How many blocks a launch has along each axis.</summary>
internal readonly record struct Grid
{
    private const int MostAlongYOrZ = 65535;

    /// <summary>Checks the numbers against what every card takes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An axis has none, or more blocks than CUDA allows.</exception>
    public Grid(long x, long y = 1, long z = 1)
    {
        (X, Y, Z) = (Axis(nameof(x), x, int.MaxValue), Axis(nameof(y), y, MostAlongYOrZ), Axis(nameof(z), z, MostAlongYOrZ));
    }

    /// <summary>Blocks along x.</summary>
    public uint X { get; }

    /// <summary>Blocks along y.</summary>
    public uint Y { get; }

    /// <summary>Blocks along z.</summary>
    public uint Z { get; }

    /// <summary>The number of pieces of size <paramref name="piece"/> that cover <paramref name="size"/>.</summary>
    public static int Cover(long size, int piece) => checked((int)((size + piece - 1) / piece));

    private static uint Axis(string name, long blocks, long most) =>
        blocks >= 1 && blocks <= most ? (uint)blocks : throw new ArgumentOutOfRangeException(name, blocks, $"A launch takes 1 to {most} blocks along {name}; the tensors are too large for this kernel.");
}
