namespace Microsoft.ML.VideoMamba.Training.Mixing;

/// <summary>The box that cutmix replaces, the same in every frame.</summary>
/// <param name="Top">First row.</param>
/// <param name="Bottom">Row behind the last.</param>
/// <param name="Left">First column.</param>
/// <param name="Right">Column behind the last.</param>
internal readonly record struct CutBox(int Top, int Bottom, int Left, int Right)
{
    /// <summary>A box about a centre, cut off at the frame's edges. A side of odd length loses a pixel, as in the original.</summary>
    /// <param name="ratio">Side of the box over that of the frame: sqrt(1 - lambda).</param>
    /// <param name="height">The frame's height.</param>
    /// <param name="width">The frame's width.</param>
    /// <param name="centerY">Row of the centre.</param>
    /// <param name="centerX">Column of the centre.</param>
    public static CutBox Of(double ratio, int height, int width, int centerY, int centerX)
    {
        int halfHeight = (int)(height * ratio) / 2, halfWidth = (int)(width * ratio) / 2;
        return new CutBox(
            Math.Clamp(centerY - halfHeight, 0, height),
            Math.Clamp(centerY + halfHeight, 0, height),
            Math.Clamp(centerX - halfWidth, 0, width),
            Math.Clamp(centerX + halfWidth, 0, width));
    }

    /// <summary>The part of the frame that the box leaves.</summary>
    public double Lambda(int height, int width) => 1 - (double)(Bottom - Top) * (Right - Left) / ((double)height * width);
}
