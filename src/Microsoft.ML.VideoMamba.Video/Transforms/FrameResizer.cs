namespace Microsoft.ML.VideoMamba.Video.Transforms;

/// <summary>Resizes RGB frames of one size to another. Prepared once for a pair of sizes; one resizer serves one thread at a time.</summary>
public abstract class FrameResizer
{
    /// <summary>Sets the sizes, all at least 1.</summary>
    /// <param name="height">Height of the frames.</param>
    /// <param name="width">Width of the frames.</param>
    /// <param name="newHeight">Height to resize to.</param>
    /// <param name="newWidth">Width to resize to.</param>
    /// <param name="part">The part of the resized frame that is wanted; all of it if left out.</param>
    private protected FrameResizer(int height, int width, int newHeight, int newWidth, CropBox? part = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(newHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(newWidth, 1);
        (Height, Width, NewHeight, NewWidth) = (height, width, newHeight, newWidth);
        Part = part ?? new CropBox(0, 0, newHeight, newWidth);
    }

    /// <summary>Height of the frames.</summary>
    public int Height { get; }

    /// <summary>Width of the frames.</summary>
    public int Width { get; }

    /// <summary>Height that they are resized to.</summary>
    public int NewHeight { get; }

    /// <summary>Width that they are resized to.</summary>
    public int NewWidth { get; }

    /// <summary>The part of the resized frame that is computed: what a crop leaves of it.</summary>
    internal CropBox Part { get; }

    /// <summary>Prepares a resizer.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="height">Height of the frames, at least 1.</param>
    /// <param name="width">Width of the frames, at least 1.</param>
    /// <param name="newHeight">Height to resize to, at least 1.</param>
    /// <param name="newWidth">Width to resize to, at least 1.</param>
    public static FrameResizer Create(ResizeFilter filter, int height, int width, int newHeight, int newWidth) => Create(filter, height, width, newHeight, newWidth, null);

    /// <summary>Prepares a resizer that computes a part of the resized frame, whose size its results have.</summary>
    internal static FrameResizer Create(ResizeFilter filter, int height, int width, int newHeight, int newWidth, CropBox? part) => filter switch
    {
        ResizeFilter.Bilinear => new BilinearResizer(height, width, newHeight, newWidth, part),
        ResizeFilter.BicubicAntialiased => new BicubicResizer(height, width, newHeight, newWidth, part),
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "No such filter."),
    };

    /// <summary>The size at which the short side has a given length and the long one keeps the proportion, rounded down.</summary>
    /// <param name="height">The frame's height, at least 1.</param>
    /// <param name="width">The frame's width, at least 1.</param>
    /// <param name="shortSide">The short side's new length, at least 1.</param>
    public static (int Height, int Width) ShortSide(int height, int width, int shortSide)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(shortSide, 1);
        return height <= width
            ? (shortSide, checked((int)((long)shortSide * width / height)))
            : (checked((int)((long)shortSide * height / width)), shortSide);
    }

    /// <summary>Resizes one frame.</summary>
    /// <param name="source">Height * Width * 3 bytes, rows of RGB.</param>
    /// <param name="destination">NewHeight * NewWidth * 3 bytes.</param>
    /// <exception cref="ArgumentException">A span has another size.</exception>
    public void Resize(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (source.Length != (long)Height * Width * 3) throw new ArgumentException($"{source.Length} bytes are not {Height} x {Width} x 3.", nameof(source));
        if (destination.Length != (long)Part.Height * Part.Width * 3) throw new ArgumentException($"{destination.Length} bytes are not {Part.Height} x {Part.Width} x 3.", nameof(destination));
        if (Part == new CropBox(0, 0, Height, Width) && (Height, Width) == (NewHeight, NewWidth)) source.CopyTo(destination);
        else ResizeChecked(source, destination);
    }

    /// <summary>Resizes a frame whose spans have the right sizes.</summary>
    /// <param name="source">Height * Width * 3 bytes.</param>
    /// <param name="destination">The wanted part, Part.Height * Part.Width * 3 bytes.</param>
    private protected abstract void ResizeChecked(ReadOnlySpan<byte> source, Span<byte> destination);
}
