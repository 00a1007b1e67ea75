using System.Buffers;
using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>A decoder whose frames are resized on their way out; the large ones share one buffer.</summary>
internal sealed class ShrinkingDecoder : IVideoDecoder
{
    private readonly IVideoDecoder _decoder;
    private readonly FrameResizer _resizer;
    private byte[]? _large;

    private ShrinkingDecoder(IVideoDecoder decoder, int shortSide)
    {
        var (height, width) = FrameResizer.ShortSide(decoder.Height, decoder.Width, shortSide);
        (_decoder, _resizer) = (decoder, FrameResizer.Create(ResizeFilter.Bilinear, decoder.Height, decoder.Width, height, width));
    }

    public string Name => _decoder.Name;

    public string Backend => _decoder.Backend;

    public string Codec => _decoder.Codec;

    public int Width => _resizer.NewWidth;

    public int Height => _resizer.NewHeight;

    public int Rotation => _decoder.Rotation;

    public double FramesPerSecond => _decoder.FramesPerSecond;

    public int? FrameCountHint => _decoder.FrameCountHint;

    public IReadOnlyList<double>? KnownTimes => _decoder.KnownTimes;

    public int Position => _decoder.Position;

    public double Timestamp => _decoder.Timestamp;

    public int Gaps => _decoder.Gaps;

    /// <summary>The decoder itself if its frames are small enough.</summary>
    /// <param name="decoder">The decoder, which is then owned.</param>
    /// <param name="maxShortSide">The limit in pixels; 0 for none.</param>
    public static IVideoDecoder Around(IVideoDecoder decoder, int maxShortSide) =>
        maxShortSide == 0 || Math.Min(decoder.Height, decoder.Width) <= maxShortSide ? decoder : new ShrinkingDecoder(decoder, maxShortSide);

    public bool MoveNext() => _decoder.MoveNext();

    public bool MoveTo(int position) => _decoder.MoveTo(position);

    public void CopyTo(Span<byte> rgb)
    {
        if (rgb.Length != (long)Height * Width * 3) throw new ArgumentException($"{rgb.Length} bytes were given for a frame of {Height} x {Width} x 3.", nameof(rgb));
        int size = checked(_decoder.Height * _decoder.Width * 3);
        _large ??= ArrayPool<byte>.Shared.Rent(size);
        _decoder.CopyTo(_large.AsSpan(0, size));
        _resizer.Resize(_large.AsSpan(0, size), rgb);
    }

    public void Dispose()
    {
        _decoder.Dispose();
        if (_large is not null) ArrayPool<byte>.Shared.Return(_large);
        _large = null;
    }
}
