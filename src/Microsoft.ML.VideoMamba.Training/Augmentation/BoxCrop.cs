using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>A box of the frame, resized.</summary>
internal sealed class BoxCrop : FrameCrop
{
    private readonly int _frameWidth, _left, _top, _width, _height;
    private readonly FrameResizer _resizer;
    private readonly byte[] _box;

    /// <param name="draw">The box, which is rounded to whole pixels inside the frame.</param>
    /// <param name="frame">The frames' size.</param>
    /// <param name="size">The new size.</param>
    public BoxCrop(ClipDraw draw, (int Height, int Width) frame, (int Height, int Width) size)
        : base(size.Width, draw.Flip)
    {
        _frameWidth = frame.Width;
        (_left, _width) = Inside(draw.Left, draw.Width, frame.Width);
        (_top, _height) = Inside(draw.Top, draw.Height, frame.Height);
        _resizer = FrameResizer.Create(ResizeFilter.BicubicAntialiased, _height, _width, size.Height, size.Width);
        _box = GC.AllocateUninitializedArray<byte>(_height * _width * 3);
    }

    private protected override void Cut(ReadOnlySpan<byte> frame, Span<byte> taken)
    {
        for (int y = 0; y < _height; y++) frame.Slice(((_top + y) * _frameWidth + _left) * 3, _width * 3).CopyTo(_box.AsSpan(y * _width * 3));
        _resizer.Resize(_box, taken);
    }

    private static (int Start, int Length) Inside(double start, double length, int size)
    {
        int whole = Math.Clamp((int)Math.Round(length), 1, size);
        return (Math.Clamp((int)Math.Round(start), 0, size - whole), whole);
    }
}
