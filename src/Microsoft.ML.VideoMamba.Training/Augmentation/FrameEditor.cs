using System.Buffers;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>
/// Changes the frames of one clip as bytes, ahead of the resampler: operations of a policy and colour jitter, and in the images' order the crop before them.
/// Serves one thread; disposing it gives its memory back to the pool.
/// </summary>
internal sealed class FrameEditor : IDisposable
{
    private readonly IReadOnlyList<DrawnOperation> _operations;
    private readonly RgbLevel _fill;
    private readonly FrameInterpolation _interpolation;
    private readonly FrameCrop? _crop;
    private readonly Random _random;
    private readonly byte[][] _buffers;
    private readonly int _length;

    /// <summary>Decides what happens to a clip.</summary>
    /// <param name="operations">What is done to each frame, in order.</param>
    /// <param name="fill">Colour of places that nothing moves to.</param>
    /// <param name="interpolation">How moved pixels are interpolated.</param>
    /// <param name="crop">Taken first; null for whole frames.</param>
    /// <param name="size">Of the frames that the operations see.</param>
    /// <param name="random">Draws what differs from frame to frame.</param>
    public FrameEditor(IReadOnlyList<DrawnOperation> operations, RgbLevel fill, FrameInterpolation interpolation, FrameCrop? crop, (int Height, int Width) size, Random random)
    {
        (_operations, _fill, _interpolation, _crop, _random) = (operations, fill, interpolation, crop, random);
        (Height, Width) = size;
        _length = checked(Height * Width * 3);
        _buffers = [ArrayPool<byte>.Shared.Rent(_length), ArrayPool<byte>.Shared.Rent(_length)];
    }

    /// <summary>Height of an edited frame.</summary>
    public int Height { get; }

    /// <summary>Width of an edited frame.</summary>
    public int Width { get; }

    /// <summary>Changes one frame.</summary>
    /// <param name="frame">Of the clip, (H, W, 3) bytes.</param>
    /// <returns>The changed frame, which holds until the next call.</returns>
    public ReadOnlySpan<byte> Edit(ReadOnlySpan<byte> frame)
    {
        int next = 0;
        if (_crop is not null)
        {
            _crop.Take(frame, Buffer(next));
            frame = Buffer(next);
            next = 1;
        }

        bool bicubic = _interpolation == FrameInterpolation.Bicubic || (_interpolation == FrameInterpolation.Drawn && _random.Next(2) == 1);
        foreach (var operation in _operations)
        {
            operation.Apply(frame, Buffer(next), Width, _fill, bicubic);
            frame = Buffer(next);
            next = 1 - next;
        }

        return frame;
    }

    public void Dispose()
    {
        foreach (byte[] buffer in _buffers) ArrayPool<byte>.Shared.Return(buffer);
    }

    private Span<byte> Buffer(int which) => _buffers[which].AsSpan(0, _length);
}
