namespace Microsoft.ML.VideoMamba.Kernels.Frames;

/// <summary>A clip's decoded frames and how a network's input is made of them.</summary>
/// <param name="Frames">The frames that are taken, (rows, columns, 3) bytes each, all of one size.</param>
/// <param name="FrameWidth">Their columns.</param>
/// <param name="Rows">For each new row the old ones that it lies between.</param>
/// <param name="Columns">For each new column the old ones that it lies between; reversed for a flipped clip.</param>
/// <param name="Scale">Of each colour: factor of a byte.</param>
/// <param name="Shift">Of each colour: what is added then.</param>
/// <param name="Noise">Of each colour: the noise's deviation.</param>
/// <param name="NoiseStarts">For each frame, new row and colour the place in the table of noise where the row's noise begins; null without noise.</param>
public sealed record ResampledClip(
    IReadOnlyList<ReadOnlyMemory<byte>> Frames,
    int FrameWidth,
    IReadOnlyList<AxisTap> Rows,
    IReadOnlyList<AxisTap> Columns,
    IReadOnlyList<float> Scale,
    IReadOnlyList<float> Shift,
    IReadOnlyList<float> Noise,
    int[]? NoiseStarts)
{
    /// <summary>What is covered then, one box after another.</summary>
    public IReadOnlyList<ErasedBox> Erased { get; init; } = [];
}
