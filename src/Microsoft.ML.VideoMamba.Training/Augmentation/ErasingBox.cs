namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>A part of a frame that is erased.</summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
internal readonly record struct ErasingBox(int Top, int Left, int Height, int Width)
{
    /// <summary>Writes one row of new pixels.</summary>
    /// <param name="channel">0 red, 1 green, 2 blue.</param>
    /// <param name="row">Of the box, from 0.</param>
    /// <param name="pixels">To be filled.</param>
    public delegate void FillRow(int channel, int row, Span<float> pixels);

    /// <summary>The size of a box that takes a part of a frame's area.</summary>
    /// <param name="fraction">The part.</param>
    /// <param name="logRatio">Logarithm of height over width.</param>
    /// <param name="height">The frame's height.</param>
    /// <param name="width">The frame's width.</param>
    public static (int Height, int Width) SizeOf(double fraction, double logRatio, int height, int width)
    {
        double area = fraction * ((double)height * width), ratio = Math.Exp(logRatio);
        return ((int)Math.Round(Math.Sqrt(area * ratio), MidpointRounding.ToEven), (int)Math.Round(Math.Sqrt(area / ratio), MidpointRounding.ToEven));
    }

    /// <summary>Whether a box of this size can be erased: it must be smaller than the frame both ways.</summary>
    public static bool Fits((int Height, int Width) size, int height, int width) => size.Height < height && size.Width < width;

    /// <summary>Replaces the box's pixels in one frame.</summary>
    /// <param name="clip">(3, frames, height, width).</param>
    /// <param name="frame">Which frame.</param>
    /// <param name="frames">Of how many.</param>
    /// <param name="height">The frame's height.</param>
    /// <param name="width">The frame's width.</param>
    /// <param name="fill">Makes the new pixels.</param>
    public void Erase(Span<float> clip, int frame, int frames, int height, int width, FillRow fill)
    {
        for (int channel = 0; channel < 3; channel++)
        {
            for (int row = 0; row < Height; row++) fill(channel, row, clip.Slice(((channel * frames + frame) * height + Top + row) * width + Left, Width));
        }
    }
}
