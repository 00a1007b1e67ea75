using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Clips;

/// <summary>ML.NET's images as clips of one frame.</summary>
internal static class ImageClip
{
    public static VideoClip Create(MLImage image, string name)
    {
        // Not MLImage.Pixels: where an app brings SkiaSharp 3 (ScottPlot does), the method behind it is gone.
        byte[] pixels = image.GetBGRPixels;
        for (int i = 0; i < pixels.Length; i += 3) (pixels[i], pixels[i + 2]) = (pixels[i + 2], pixels[i]);
        return new VideoClip(name, image.Height, image.Width, [pixels]);
    }
}
