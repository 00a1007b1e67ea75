namespace Microsoft.ML.VideoMamba.Video.Transforms;

/// <summary>A part of a frame.</summary>
/// <param name="Top">The first row.</param>
/// <param name="Left">The first column.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct CropBox(int Top, int Left, int Height, int Width)
{
    /// <summary>The square in the middle, at round((side - size) / 2), halves to even.</summary>
    /// <param name="height">The frame's height, at least <paramref name="size"/>.</param>
    /// <param name="width">The frame's width, at least <paramref name="size"/>.</param>
    /// <param name="size">The square's side.</param>
    /// <exception cref="ArgumentOutOfRangeException">The square does not fit.</exception>
    public static CropBox Center(int height, int width, int size)
    {
        ThrowUnlessFits(height, width, size);
        return new CropBox(Middle(height, size), Middle(width, size), size, size);
    }

    /// <summary>The rectangle in the middle, placed as <see cref="Center(int, int, int)"/> places a square.</summary>
    /// <param name="height">The frame's height, at least <paramref name="cropHeight"/>.</param>
    /// <param name="width">The frame's width, at least <paramref name="cropWidth"/>.</param>
    /// <param name="cropHeight">The rectangle's height, at least 1.</param>
    /// <param name="cropWidth">The rectangle's width, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rectangle does not fit.</exception>
    public static CropBox Center(int height, int width, int cropHeight, int cropWidth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cropHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cropWidth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cropHeight, height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cropWidth, width);
        return new CropBox(Middle(height, cropHeight), Middle(width, cropWidth), cropHeight, cropWidth);
    }

    /// <summary>Squares of the short side's size, evenly from one end of the long side to the other; a single one is in the middle.</summary>
    /// <param name="height">The frame's height.</param>
    /// <param name="width">The frame's width.</param>
    /// <param name="count">How many squares, at least 1.</param>
    public static IReadOnlyList<CropBox> AlongLongSide(int height, int width, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int size = Math.Min(height, width), spare = Math.Max(height, width) - size;
        if (count == 1) return [Center(height, width, size)];

        var boxes = new CropBox[count];
        for (int k = 0; k < count; k++)
        {
            int start = (int)(k * ((double)spare / (count - 1)));
            boxes[k] = height > width ? new CropBox(start, 0, size, size) : new CropBox(0, start, size, size);
        }

        return boxes;
    }

    /// <summary>The four corners (top left, top right, bottom left, bottom right) and the middle.</summary>
    /// <param name="height">The frame's height, at least <paramref name="size"/>.</param>
    /// <param name="width">The frame's width, at least <paramref name="size"/>.</param>
    /// <param name="size">The squares' side.</param>
    /// <exception cref="ArgumentOutOfRangeException">The square does not fit.</exception>
    public static IReadOnlyList<CropBox> CornersAndCenter(int height, int width, int size)
    {
        ThrowUnlessFits(height, width, size);
        int bottom = height - size, right = width - size;
        return [new(0, 0, size, size), new(0, right, size, size), new(bottom, 0, size, size), new(bottom, right, size, size), Center(height, width, size)];
    }

    private static int Middle(int side, int size) => (int)Math.Round((side - size) / 2.0, MidpointRounding.ToEven);

    private static void ThrowUnlessFits(int height, int width, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (size > Math.Min(height, width)) throw new ArgumentOutOfRangeException(nameof(size), size, $"A square of this side does not fit into {width} x {height}.");
    }
}
