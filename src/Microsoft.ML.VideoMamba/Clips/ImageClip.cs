using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Clips;

/// <summary>ML.NET's images as clips of one frame.</summary>
internal static class ImageClip
{
    public static VideoClip Create(MLImage image, string name)
    {
        var (red, blue) = image.PixelFormat switch
        {
            MLPixelFormat.Rgba32 => (0, 2),
            MLPixelFormat.Bgra32 => (2, 0),
            _ => throw new ArgumentException($"{name}: the pixels of an image must be Rgba32 or Bgra32; they are {image.PixelFormat}.", nameof(image)),
        };
        var pixels = image.Pixels;
        byte[] rgb = new byte[pixels.Length / 4 * 3];
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
        {
            (rgb[to], rgb[to + 1], rgb[to + 2]) = (pixels[from + red], pixels[from + 1], pixels[from + blue]);
        }

        return new VideoClip(name, image.Height, image.Width, [rgb]);
    }
}
