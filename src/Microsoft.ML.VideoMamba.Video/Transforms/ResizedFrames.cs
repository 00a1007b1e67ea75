using System.Buffers;

namespace Microsoft.ML.VideoMamba.Video.Transforms;

/// <summary>A clip's frames as a transform resizes them, one at a time, and where its views lie in them. One thread at a time.</summary>
internal sealed class ResizedFrames : IDisposable
{
    private readonly VideoClip _clip;
    private readonly FrameResizer? _resizer;
    private readonly byte[] _resized = [];
    private readonly int _size;

    /// <param name="clip">The clip.</param>
    /// <param name="filter">How it is resized.</param>
    /// <param name="size">To what.</param>
    /// <param name="views">The views in the resized frame.</param>
    public ResizedFrames(VideoClip clip, ResizeFilter filter, (int Height, int Width) size, IReadOnlyList<CropBox> views)
    {
        (_clip, Views, Width) = (clip, views, size.Width);
        if (size == (clip.Height, clip.Width)) return;

        // Of a frame with a single view, only that part is resized.
        var part = views.Count == 1 ? views[0] : new CropBox(0, 0, size.Height, size.Width);
        if (views.Count == 1) Views = [part with { Top = 0, Left = 0 }];
        Width = part.Width;
        _resizer = FrameResizer.Create(filter, clip.Height, clip.Width, size.Height, size.Width, part);
        _size = checked(part.Height * part.Width * 3);
        _resized = ArrayPool<byte>.Shared.Rent(_size);
    }

    /// <summary>Where the views lie in a resized frame.</summary>
    public IReadOnlyList<CropBox> Views { get; }

    /// <summary>Columns of a resized frame.</summary>
    public int Width { get; }

    /// <summary>A frame, (H, W, 3) bytes; until the next is asked for.</summary>
    public ReadOnlySpan<byte> this[int t]
    {
        get
        {
            if (_resizer is null) return _clip.Frame(t);
            _resizer.Resize(_clip.Frame(t), _resized.AsSpan(0, _size));
            return _resized.AsSpan(0, _size);
        }
    }

    public void Dispose()
    {
        if (_resizer is not null) ArrayPool<byte>.Shared.Return(_resized);
    }
}
