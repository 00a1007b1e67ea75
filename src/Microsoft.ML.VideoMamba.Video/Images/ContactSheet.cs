using System.Globalization;
using Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;
using Microsoft.ML.VideoMamba.Video.Transforms;
using OpenCvSharp;

namespace Microsoft.ML.VideoMamba.Video.Images;

/// <summary>All frames of a clip side by side in one picture, each with its number in the video.</summary>
public static class ContactSheet
{
    private const int LargestTile = 320;

    /// <summary>Writes a sheet as PNG. The file appears whole or not at all.</summary>
    /// <param name="path">The PNG file; one that exists is replaced.</param>
    /// <param name="clip">The clip, of at least one frame.</param>
    /// <param name="columns">Frames in a row; 0 (default) makes the sheet about as many rows as columns.</param>
    /// <exception cref="ArgumentException">The clip has no frame.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, VideoClip clip, int columns = 0)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (clip.Frames == 0) throw new ArgumentException("A sheet needs at least one frame.", nameof(clip));
        if (columns == 0) columns = (int)Math.Ceiling(Math.Sqrt(clip.Frames));
        columns = Math.Min(columns, clip.Frames);
        var (tileHeight, tileWidth) = TileSize(clip);
        int rows = (clip.Frames + columns - 1) / columns, stride = columns * tileWidth * 3;
        var sheet = new byte[checked(rows * tileHeight * stride)];
        Fill(sheet, stride, clip, columns, tileHeight, tileWidth);
        Number(sheet, rows * tileHeight, columns * tileWidth, clip, columns, tileHeight, tileWidth);
        FrameImage.Write(path, rows * tileHeight, columns * tileWidth, sheet);
    }

    private static (int Height, int Width) TileSize(VideoClip clip)
    {
        double scale = Math.Min(1, (double)LargestTile / Math.Max(clip.Height, clip.Width));
        return (Math.Max(1, (int)(clip.Height * scale)), Math.Max(1, (int)(clip.Width * scale)));
    }

    private static void Fill(byte[] sheet, int stride, VideoClip clip, int columns, int tileHeight, int tileWidth)
    {
        var resizer = FrameResizer.Create(ResizeFilter.BicubicAntialiased, clip.Height, clip.Width, tileHeight, tileWidth);
        var tile = new byte[tileHeight * tileWidth * 3];
        for (int t = 0; t < clip.Frames; t++)
        {
            resizer.Resize(clip.Frame(t), tile);
            int corner = t / columns * tileHeight * stride + t % columns * tileWidth * 3;
            for (int y = 0; y < tileHeight; y++) tile.AsSpan(y * tileWidth * 3, tileWidth * 3).CopyTo(sheet.AsSpan(corner + y * stride));
        }
    }

    /// <summary>Burns each frame's number into its corner: white over a black rim, readable on any picture.</summary>
    private static unsafe void Number(byte[] sheet, int height, int width, VideoClip clip, int columns, int tileHeight, int tileWidth)
    {
        OpenCvRuntime.Load();
        fixed (byte* pixels = sheet)
        {
            using var view = Mat.FromPixelData(height, width, MatType.CV_8UC3, (nint)pixels);
            for (int t = 0; t < clip.Frames; t++)
            {
                string number = clip.Indices[t].ToString(CultureInfo.InvariantCulture);
                var place = new Point(t % columns * tileWidth + 4, t / columns * tileHeight + Math.Min(18, tileHeight - 1));
                Cv2.PutText(view, number, place, HersheyFonts.HersheySimplex, 0.5, Scalar.Black, thickness: 3);
                Cv2.PutText(view, number, place, HersheyFonts.HersheySimplex, 0.5, Scalar.White, thickness: 1);
            }
        }
    }
}
