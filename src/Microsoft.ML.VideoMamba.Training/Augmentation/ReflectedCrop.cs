using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>A box of the resized frame, which is reflected beyond its edges.</summary>
internal sealed class ReflectedCrop : FrameCrop
{
    private readonly FrameResizer _resizer;
    private readonly byte[] _resized;
    private readonly int[] _rows, _columns;

    /// <param name="draw">The box, of <see cref="SimpleCrop.Draw"/>.</param>
    /// <param name="frame">The frames' size.</param>
    /// <param name="size">The new size.</param>
    public ReflectedCrop(ClipDraw draw, (int Height, int Width) frame, (int Height, int Width) size)
        : base(size.Width, draw.Flip)
    {
        var (height, width) = SimpleCrop.Covering(frame, size);
        _resizer = FrameResizer.Create(ResizeFilter.BicubicAntialiased, frame.Height, frame.Width, height, width);
        _resized = GC.AllocateUninitializedArray<byte>(height * width * 3);
        _rows = Places(draw.Top * height / frame.Height, size.Height, height);
        _columns = Places(draw.Left * width / frame.Width, size.Width, width);
    }

    private protected override void Cut(ReadOnlySpan<byte> frame, Span<byte> taken)
    {
        _resizer.Resize(frame, _resized);
        int at = 0;
        foreach (int row in _rows)
        {
            var pixels = _resized.AsSpan(row * _resizer.NewWidth * 3, _resizer.NewWidth * 3);
            foreach (int column in _columns)
            {
                pixels.Slice(column * 3, 3).CopyTo(taken[at..]);
                at += 3;
            }
        }
    }

    private static int[] Places(double start, int count, int length)
    {
        int first = (int)Math.Round(start);
        return [.. Enumerable.Range(first, count).Select(place => SimpleCrop.Reflected(place, length))];
    }
}
