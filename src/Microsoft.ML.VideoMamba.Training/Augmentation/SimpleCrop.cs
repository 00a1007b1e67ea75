namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>A box of the network's size, in whole pixels, out of a frame that was resized to just cover it and padded.</summary>
/// <remarks>Touvron et al., DeiT III, arXiv 2204.07118; image_sm/augment.py, its option src, with torchvision's arithmetic.</remarks>
internal static class SimpleCrop
{
    /// <summary>Pixels added on each side, of the resized frame.</summary>
    private const int Padding = 4;

    /// <summary>Draws a crop.</summary>
    /// <param name="frame">The frame's size.</param>
    /// <param name="size">The network's.</param>
    /// <param name="random">Makes all draws.</param>
    /// <returns>In pixels of the frame; it reaches up to four pixels of the resized one beyond it.</returns>
    public static (double Left, double Top, double Width, double Height) Draw((int Height, int Width) frame, (int Height, int Width) size, Random random)
    {
        var (height, width) = Covering(frame, size);
        int top = random.Next(height - size.Height + 2 * Padding + 1) - Padding, left = random.Next(width - size.Width + 2 * Padding + 1) - Padding;
        double down = (double)frame.Height / height, across = (double)frame.Width / width;
        return (left * across, top * down, size.Width * across, size.Height * down);
    }

    /// <summary>The size at which a frame just covers another, in its own proportion, rounded down.</summary>
    public static (int Height, int Width) Covering((int Height, int Width) frame, (int Height, int Width) size) =>
        (long)frame.Height * size.Width <= (long)frame.Width * size.Height
            ? (size.Height, checked((int)((long)size.Height * frame.Width / frame.Height)))
            : (checked((int)((long)size.Width * frame.Height / frame.Width)), size.Width);

    /// <summary>The place along an axis that one beyond its ends reflects: those at the ends stand once.</summary>
    /// <param name="place">Any.</param>
    /// <param name="length">Of the axis, at least 1.</param>
    public static int Reflected(int place, int length)
    {
        if (length == 1) return 0;
        int period = 2 * (length - 1), within = Math.Abs(place) % period;
        return Math.Min(within, period - within);
    }
}
