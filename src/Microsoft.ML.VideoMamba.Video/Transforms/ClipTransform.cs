namespace Microsoft.ML.VideoMamba.Video.Transforms;

/// <summary>
/// What happens to frames before an evaluation: the short side is resized, squares are cut out, and pixels are normalised and laid out as the network
/// reads them, (3, T, H, W) float32. Immutable and safe to share between threads.
/// </summary>
/// <example><code>
/// var transform = ClipTransform.Validation(shortSide: 224, size: 224);
/// float[] input = transform.Apply(clip);          // (1, 3, T, 224, 224)
/// </code></example>
public sealed class ClipTransform
{
    private const int LargestUnscaledImage = 32;

    private readonly int? _shortSide;
    private readonly (int Height, int Width) _view;

    private ClipTransform(int? shortSide, (int Height, int Width) view, CropLayout layout, ResizeFilter filter, PixelNormalization? normalization)
    {
        (_shortSide, _view, Layout, Filter) = (shortSide, view, layout, filter);
        Normalization = normalization ?? PixelNormalization.ImageNet;
    }

    /// <summary>Which parts of a frame become views.</summary>
    public CropLayout Layout { get; }

    /// <summary>How frames are resized.</summary>
    public ResizeFilter Filter { get; }

    /// <summary>How pixels are normalised.</summary>
    public PixelNormalization Normalization { get; }

    /// <summary>The number of views of a clip.</summary>
    public int Views => Layout switch { CropLayout.Three => 3, CropLayout.Five => 5, _ => 1 };

    /// <summary>Video as the original validates: bilinear to the short side, one square in the middle.</summary>
    /// <param name="shortSide">The short side after resizing, at least <paramref name="size"/>.</param>
    /// <param name="size">The square's side, at least 1.</param>
    /// <param name="normalization">ImageNet's if left out.</param>
    /// <remarks>kinetics_sparse.py, VideoClsDataset_sparse, mode validation.</remarks>
    public static ClipTransform Validation(int shortSide, int size, PixelNormalization? normalization = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(shortSide, size);
        return new ClipTransform(shortSide, (size, size), CropLayout.Center, ResizeFilter.Bilinear, normalization);
    }

    /// <summary>Video as the original tests: bilinear to a short side of the network's size, then views of that size.</summary>
    /// <param name="size">The side of a view, at least 1.</param>
    /// <param name="views">1 (middle) or 3 (both ends of the long side and the middle, the original's); 5 resizes to 8/7 of the size and takes corners and middle.</param>
    /// <param name="normalization">ImageNet's if left out.</param>
    /// <remarks>kinetics_sparse.py, VideoClsDataset_sparse, mode test.</remarks>
    public static ClipTransform Test(int size, int views = 3, PixelNormalization? normalization = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return views switch
        {
            1 => new ClipTransform(size, (size, size), CropLayout.Center, ResizeFilter.Bilinear, normalization),
            3 => new ClipTransform(size, (size, size), CropLayout.Three, ResizeFilter.Bilinear, normalization),
            5 => new ClipTransform(checked(size * 8) / 7, (size, size), CropLayout.Five, ResizeFilter.Bilinear, normalization),
            _ => throw new ArgumentOutOfRangeException(nameof(views), views, "A frame gives 1, 3 or 5 views."),
        };
    }

    /// <summary>Video for a network whose frames are not square, which the original has no transform for: bilinear until the view is covered, then the middle.</summary>
    /// <param name="height">A view's height, at least 1.</param>
    /// <param name="width">A view's width, at least 1.</param>
    /// <param name="normalization">ImageNet's if left out.</param>
    public static ClipTransform Covering(int height, int width, PixelNormalization? normalization = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return new ClipTransform(null, (height, width), CropLayout.Center, ResizeFilter.Bilinear, normalization);
    }

    /// <summary>Images as the original evaluates: antialiased bicubic to int(size / ratio), one square in the middle; up to 32 pixels as they are.</summary>
    /// <param name="size">The square's side, at least 1.</param>
    /// <param name="ratio">The part of the resized short side that the square keeps, above 0 and at most 1.</param>
    /// <param name="normalization">ImageNet's if left out.</param>
    /// <remarks>image_sm/datasets.py, build_transform.</remarks>
    public static ClipTransform Image(int size, double ratio = 0.875, PixelNormalization? normalization = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (!(ratio is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(ratio), ratio, "A ratio above 0 and at most 1 is needed.");
        return size > LargestUnscaledImage
            ? new ClipTransform((int)(size / ratio), (size, size), CropLayout.Center, ResizeFilter.BicubicAntialiased, normalization)
            : new ClipTransform(null, (size, size), CropLayout.Whole, ResizeFilter.BicubicAntialiased, normalization);
    }

    /// <summary>The size that frames are resized to before they are cut.</summary>
    /// <param name="height">The frames' height.</param>
    /// <param name="width">The frames' width.</param>
    public (int Height, int Width) ResizedSize(int height, int width)
    {
        if (Layout == CropLayout.Whole) return (height, width);
        if (_shortSide is { } side) return Math.Min(height, width) == side ? (height, width) : FrameResizer.ShortSide(height, width, side);
        return (long)height * _view.Width >= (long)width * _view.Height
            ? (Math.Max(_view.Height, (int)Math.Round((double)height * _view.Width / width)), _view.Width)
            : (_view.Height, Math.Max(_view.Width, (int)Math.Round((double)width * _view.Height / height)));
    }

    /// <summary>The size of a view, or the frame's own where images are taken as they are.</summary>
    /// <param name="height">The frames' height.</param>
    /// <param name="width">The frames' width.</param>
    public (int Height, int Width) ViewSize(int height, int width) => Layout == CropLayout.Whole ? (height, width) : _view;

    /// <summary>Prepares all views of a clip.</summary>
    /// <param name="clip">The clip.</param>
    /// <returns>(views, 3, T, H, W) float32, row-major.</returns>
    public float[] Apply(VideoClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        float[] views = GC.AllocateUninitializedArray<float>(checked(Views * ViewLength(clip)));
        Apply(clip, views);
        return views;
    }

    /// <summary>Prepares all views of a clip in the caller's memory.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="destination">Exactly views * 3 * T * H * W floats; it is filled as (views, 3, T, H, W).</param>
    /// <exception cref="ArgumentException">The destination has another size.</exception>
    public void Apply(VideoClip clip, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(clip);
        int view = ViewLength(clip);
        if (destination.Length != (long)Views * view) throw new ArgumentException($"{destination.Length} floats were given; {Views} views of {view} are needed.", nameof(destination));

        using var frames = Resized(clip);
        for (int t = 0; t < clip.Frames; t++) Normalize(frames[t], frames.Width, frames.Views, destination, t, clip.Frames);
    }

    /// <summary>Writes all views of a clip ahead of normalisation: resized and cut, as bytes.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="destination">Exactly views * T * H * W * 3 bytes; it is filled as (views, T, H, W, 3).</param>
    /// <exception cref="ArgumentException">The destination has another size.</exception>
    public void Cut(VideoClip clip, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(clip);
        int view = ViewLength(clip);
        if (destination.Length != (long)Views * view) throw new ArgumentException($"{destination.Length} bytes were given; {Views} views of {view} are needed.", nameof(destination));
        using var frames = Resized(clip);
        for (int t = 0; t < clip.Frames; t++)
        {
            var frame = frames[t];
            for (int i = 0; i < frames.Views.Count; i++)
            {
                var box = frames.Views[i];
                int row = box.Width * 3, to = (i * view) + (t * box.Height * row);
                for (int y = 0; y < box.Height; y++) frame.Slice(((((box.Top + y) * frames.Width) + box.Left) * 3), row).CopyTo(destination.Slice(to + (y * row), row));
            }
        }
    }

    /// <summary>The single view of a clip ahead of normalisation: resized and cut, as bytes.</summary>
    /// <param name="clip">The clip.</param>
    /// <exception cref="InvalidOperationException">There are several views.</exception>
    public VideoClip Resize(VideoClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        if (Views != 1) throw new InvalidOperationException($"There are {Views} views.");
        var (height, width) = ViewSize(clip.Height, clip.Width);
        byte[] frames = GC.AllocateUninitializedArray<byte>(ViewLength(clip));
        Cut(clip, frames);
        int frame = height * width * 3;
        return new VideoClip(clip.Path, height, width, [.. Enumerable.Range(0, clip.Frames).Select(t => (ReadOnlyMemory<byte>)frames.AsMemory(t * frame, frame))]);
    }

    private ResizedFrames Resized(VideoClip clip)
    {
        var size = ResizedSize(clip.Height, clip.Width);
        return new ResizedFrames(clip, Filter, size, Boxes(size.Height, size.Width));
    }

    private int ViewLength(VideoClip clip)
    {
        var (height, width) = ViewSize(clip.Height, clip.Width);
        return checked(3 * clip.Frames * height * width);
    }

    private IReadOnlyList<CropBox> Boxes(int height, int width) => Layout switch
    {
        CropLayout.Center => [CropBox.Center(height, width, _view.Height, _view.Width)],
        CropLayout.Three => CropBox.AlongLongSide(height, width, 3),
        CropLayout.Five => CropBox.CornersAndCenter(height, width, _view.Height),
        _ => [new CropBox(0, 0, height, width)],
    };

    /// <summary>Writes frame t of all views.</summary>
    private void Normalize(ReadOnlySpan<byte> frame, int frameWidth, IReadOnlyList<CropBox> boxes, Span<float> views, int t, int frames)
    {
        foreach (var box in boxes)
        {
            int plane = box.Height * box.Width, channel = frames * plane;
            for (int y = 0; y < box.Height; y++)
            {
                var pixels = frame.Slice(((box.Top + y) * frameWidth + box.Left) * 3, box.Width * 3);
                int row = t * plane + y * box.Width;
                Normalization.Write(pixels, views.Slice(row, box.Width), views.Slice(channel + row, box.Width), views.Slice(2 * channel + row, box.Width));
            }

            views = views[(3 * channel)..];
        }
    }
}
