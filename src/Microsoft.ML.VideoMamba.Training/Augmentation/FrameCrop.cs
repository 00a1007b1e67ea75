namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>Cuts a part out of frames and resizes it, bicubic with antialiasing, mirrored if asked for: how images are cropped to learn from. Serves one thread.</summary>
internal abstract class FrameCrop
{
    private readonly int _width;
    private readonly bool _flip;

    /// <param name="width">Of the frames that it makes.</param>
    /// <param name="flip">Whether left and right change places.</param>
    private protected FrameCrop(int width, bool flip) => (_width, _flip) = (width, flip);

    /// <summary>Prepares for a clip.</summary>
    /// <param name="draw">The box, and whether to mirror.</param>
    /// <param name="frame">The frames' size.</param>
    /// <param name="size">The new size.</param>
    public static FrameCrop Of(ClipDraw draw, (int Height, int Width) frame, (int Height, int Width) size) =>
        draw.Edge == CropEdge.Reflected ? new ReflectedCrop(draw, frame, size) : new BoxCrop(draw, frame, size);

    /// <summary>Takes the part of one frame.</summary>
    /// <param name="frame">(H, W, 3) bytes.</param>
    /// <param name="taken">Of the new size.</param>
    public void Take(ReadOnlySpan<byte> frame, Span<byte> taken)
    {
        Cut(frame, taken);
        if (_flip) Mirror(taken, _width);
    }

    private protected abstract void Cut(ReadOnlySpan<byte> frame, Span<byte> taken);

    private static void Mirror(Span<byte> frame, int width)
    {
        for (int row = 0; row < frame.Length; row += width * 3)
        {
            // Reversing bytes mirrors the row but swaps red and blue; reversing each pixel puts them right.
            var pixels = frame.Slice(row, width * 3);
            pixels.Reverse();
            for (int x = 0; x < pixels.Length; x += 3) (pixels[x], pixels[x + 2]) = (pixels[x + 2], pixels[x]);
        }
    }
}
