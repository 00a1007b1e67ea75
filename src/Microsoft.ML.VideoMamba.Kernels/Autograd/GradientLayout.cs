namespace Microsoft.ML.VideoMamba.Kernels.Autograd;

/// <summary>Sizes of one of the <see cref="GradientSums"/>, and where its numbers lie, in elements.</summary>
/// <param name="Outer">Groups of sums.</param>
/// <param name="Rows">Numbers of a sum.</param>
/// <param name="Columns">Sums of a group, which lie side by side.</param>
internal readonly record struct GradientLayout(int Outer, int Rows, int Columns)
{
    /// <summary>Where the partial sums begin.</summary>
    public long From { get; init; }

    /// <summary>Where the sums begin.</summary>
    public long To { get; init; }

    /// <summary>Where the factors begin.</summary>
    public long Factor { get; init; }

    /// <summary>From one group's partial sums to the next's; dense if null, as the others.</summary>
    public int? OuterStride { get; init; }

    /// <summary>From one row to the next.</summary>
    public int? RowStride { get; init; }

    /// <summary>From one group's sums to the next's.</summary>
    public int? ToStride { get; init; }
}
