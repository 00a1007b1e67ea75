using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Video.Tests.Transforms;

/// <summary>The transforms pixel by pixel: what the vector code must equal to the bit.</summary>
internal static class ScalarTransforms
{
    /// <summary>OpenCV's INTER_LINEAR on uint8: weights of 11 bits, first along rows, then between them.</summary>
    public static byte[] Bilinear(byte[] pixels, int height, int width, int newHeight, int newWidth)
    {
        var resized = new byte[newHeight * newWidth * 3];
        for (int y = 0; y < newHeight; y++)
        {
            var (top, rowWeight, nextRowWeight) = Tap(y, height, newHeight, clamp: false);
            int upper = Math.Clamp(top, 0, height - 1), lower = Math.Clamp(top + 1, 0, height - 1);
            for (int x = 0; x < newWidth; x++)
            {
                var (left, weight, nextWeight) = Tap(x, width, newWidth, clamp: true);
                int right = Math.Min(left + 1, width - 1);
                for (int c = 0; c < 3; c++)
                {
                    int above = weight * pixels[(upper * width + left) * 3 + c] + nextWeight * pixels[(upper * width + right) * 3 + c];
                    int below = weight * pixels[(lower * width + left) * 3 + c] + nextWeight * pixels[(lower * width + right) * 3 + c];
                    resized[(y * newWidth + x) * 3 + c] = (byte)((((rowWeight * (above >> 4)) >> 16) + ((nextRowWeight * (below >> 4)) >> 16) + 2) >> 2);
                }
            }
        }

        return resized;
    }

    /// <summary>A part of a frame.</summary>
    public static byte[] Crop(byte[] pixels, int width, CropBox box) =>
        [.. Enumerable.Range(box.Top, box.Height).SelectMany(y => pixels.AsSpan((y * width + box.Left) * 3, box.Width * 3).ToArray())];

    /// <summary>(level / 255 - mean) / deviation, (3, H * W).</summary>
    public static float[] Normalized(byte[] pixels, PixelNormalization statistics)
    {
        int plane = pixels.Length / 3;
        var normalized = new float[pixels.Length];
        for (int i = 0; i < pixels.Length; i++) normalized[i % 3 * plane + i / 3] = (pixels[i] / 255f - statistics.Mean[i % 3]) / statistics.Deviation[i % 3];
        return normalized;
    }

    private static (int First, int Weight, int NextWeight) Tap(int index, int size, int newSize, bool clamp)
    {
        float position = (float)((index + 0.5) * ((double)size / newSize) - 0.5);
        int first = (int)MathF.Floor(position);
        float fraction = position - first;
        if (clamp && first < 0) (first, fraction) = (0, 0);
        if (clamp && first >= size - 1) (first, fraction) = (size - 1, 0);
        return (first, (int)MathF.Round((1 - fraction) * 2048, MidpointRounding.ToEven), (int)MathF.Round(fraction * 2048, MidpointRounding.ToEven));
    }
}
