using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>Cuts a box out of frames and resizes it, bicubic with antialiasing, mirrored if asked for: how images are cropped to learn from.</summary>
internal sealed class FrameCrop
{
    private readonly int _frameWidth, _left, _top, _width, _height;
    private readonly bool _flip;
    private readonly FrameResizer _resizer;
    private readonly byte[] _box;

    /// <summary>Prepares for a clip.</summary>
    /// <param name="draw">The box, which is rounded to whole pixels inside the frame, and whether to mirror.</param>
    /// <param name="frame">The frames' size.</param>
    /// <param name="size">The new size.</param>
    public FrameCrop(ClipDraw draw, (int Height, int Width) frame, (int Height, int Width) size)
    {
        _frameWidth = frame.Width;
        (_left, _width) = Inside(draw.Left, draw.Width, frame.Width);
        (_top, _height) = Inside(draw.Top, draw.Height, frame.Height);
        _flip = draw.Flip;
        _resizer = FrameResizer.Create(ResizeFilter.BicubicAntialiased, _height, _width, size.Height, size.Width);
        _box = GC.AllocateUninitializedArray<byte>(_height * _width * 3);
    }

    /// <summary>Takes the box of one frame.</summary>
    /// <param name="frame">(H, W, 3) bytes.</param>
    /// <param name="taken">Of the new size.</param>
    public void Take(ReadOnlySpan<byte> frame, Span<byte> taken)
    {
        for (int y = 0; y < _height; y++) frame.Slice(((_top + y) * _frameWidth + _left) * 3, _width * 3).CopyTo(_box.AsSpan(y * _width * 3));
        _resizer.Resize(_box, taken);
        if (_flip) Mirror(taken, _resizer.NewWidth);
    }

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

    private static (int Start, int Length) Inside(double start, double length, int size)
    {
        int whole = Math.Clamp((int)Math.Round(length), 1, size);
        return (Math.Clamp((int)Math.Round(start), 0, size - whole), whole);
    }
}
