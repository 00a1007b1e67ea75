using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Writing;
using SkiaSharp;

namespace Microsoft.ML.VideoMamba.Reports;

/// <summary>A picture of several clips: each a row of frames spread over the clip, under its caption.</summary>
public static class ClipGallery
{
    private const int Margin = 8, CaptionHeight = 20;
    private const float FontSize = 13;

    private static readonly SKColor s_right = new(0x1B, 0x7F, 0x3B), s_wrong = new(0xC0, 0x28, 0x28);

    /// <summary>Writes the picture as PNG. The file appears whole or not at all.</summary>
    /// <param name="path">The PNG file; one that exists is replaced.</param>
    /// <param name="clips">The clips, at least one, each of at least one frame.</param>
    /// <param name="frames">Frames shown of a clip, at least 1; shorter clips show what they have.</param>
    /// <param name="tileHeight">Height of a shown frame in pixels, at least 16.</param>
    /// <param name="columns">Clips side by side, at least 1.</param>
    /// <exception cref="ArgumentException">There is no clip, or one has no frame.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<CaptionedClip> clips, int frames = 6, int tileHeight = 96, int columns = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(clips);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(tileHeight, 16);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (clips.Count == 0) throw new ArgumentException("A gallery needs at least one clip.", nameof(clips));
        if (clips.FirstOrDefault(one => one.Clip.Frames == 0) is { } empty) throw new ArgumentException($"{empty.Clip.Path}: the clip has no frame.", nameof(clips));
        int cellWidth = clips.Max(one => Shown(one.Clip, frames).Length * TileWidth(one.Clip, tileHeight)) + Margin, cellHeight = CaptionHeight + tileHeight + Margin;
        int rows = (clips.Count + columns - 1) / columns;
        using var surface = SKSurface.Create(new SKImageInfo(Math.Min(columns, clips.Count) * cellWidth + Margin, rows * cellHeight + Margin));
        surface.Canvas.Clear(SKColors.White);
        for (int i = 0; i < clips.Count; i++) Draw(surface.Canvas, clips[i], Margin + i % columns * cellWidth, Margin + i / columns * cellHeight, frames, tileHeight);
        Save(surface, path);
    }

    private static int[] Shown(VideoClip clip, int frames)
    {
        int count = Math.Min(frames, clip.Frames);
        return [.. Enumerable.Range(0, count).Select(k => count == 1 ? clip.Frames / 2 : (int)Math.Round((double)k * (clip.Frames - 1) / (count - 1)))];
    }

    private static int TileWidth(VideoClip clip, int tileHeight) => Math.Max(1, (int)Math.Round((double)tileHeight * clip.Width / clip.Height));

    private static void Draw(SKCanvas canvas, CaptionedClip one, int left, int top, int frames, int tileHeight)
    {
        using var font = new SKFont(ReportFont.Typeface, FontSize);
        using var ink = new SKPaint { IsAntialias = true, Color = one.Mark switch { true => s_right, false => s_wrong, null => SKColors.Black } };
        canvas.DrawText(one.Caption, left, top + FontSize, SKTextAlign.Left, font, ink);
        int width = TileWidth(one.Clip, tileHeight);
        int[] shown = Shown(one.Clip, frames);
        for (int k = 0; k < shown.Length; k++)
        {
            using var frame = Image(one.Clip, shown[k]);
            canvas.DrawImage(frame, SKRect.Create(left + k * width, top + CaptionHeight, width - 2, tileHeight), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        }
    }

    private static SKImage Image(VideoClip clip, int t)
    {
        var info = new SKImageInfo(clip.Width, clip.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var rgb = clip.Frame(t);
        var rgba = new byte[info.BytesSize];
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
        {
            rgb.Slice(from, 3).CopyTo(rgba.AsSpan(to));
            rgba[to + 3] = byte.MaxValue;
        }

        return SKImage.FromPixelCopy(info, rgba);
    }

    private static void Save(SKSurface surface, string path)
    {
        using var image = surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        AtomicFile.Write(path, png.SaveTo);
    }
}
