namespace Microsoft.ML.VideoMamba.Kernels.Frames;

/// <summary>A box of one of an input's frames that is covered, after normalisation.</summary>
/// <param name="Frame">Which frame.</param>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Colour">Of each colour: what covers the box where no noise does.</param>
/// <param name="NoiseStarts">For each colour and row of the box the place in the table of noise where the row begins; null where no noise covers it.</param>
public sealed record ErasedBox(int Frame, int Top, int Left, int Height, int Width, IReadOnlyList<float> Colour, int[]? NoiseStarts);
