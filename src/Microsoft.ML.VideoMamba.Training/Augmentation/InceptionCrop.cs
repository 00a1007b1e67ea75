namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>A crop of random area and proportion, in whole pixels inside the frame.</summary>
/// <remarks>Szegedy et al., arXiv 1409.4842; video_sm/datasets/video_transforms.py, random_resized_crop.</remarks>
internal static class InceptionCrop
{
    private const int Tries = 10;

    /// <summary>Draws a crop; after ten that do not fit it is the middle one, of the nearest proportion that is allowed.</summary>
    /// <param name="height">The frame's height.</param>
    /// <param name="width">The frame's width.</param>
    /// <param name="minScale">Least part of the frame's area.</param>
    /// <param name="maxAspect">Width over height is from 1 / this to this, log-uniform.</param>
    /// <param name="random">Makes all draws.</param>
    public static (int Left, int Top, int Width, int Height) Draw(int height, int width, double minScale, double maxAspect, Random random)
    {
        for (int i = 0; i < Tries; i++)
        {
            double area = (minScale + (1 - minScale) * random.NextDouble()) * height * width, aspect = Math.Exp(Math.Log(maxAspect) * (2 * random.NextDouble() - 1));
            int cropWidth = Rounded(Math.Sqrt(area * aspect)), cropHeight = Rounded(Math.Sqrt(area / aspect));
            if (cropWidth >= 1 && cropWidth <= width && cropHeight >= 1 && cropHeight <= height)
            {
                int top = random.Next(height - cropHeight + 1), left = random.Next(width - cropWidth + 1);
                return (left, top, cropWidth, cropHeight);
            }
        }

        return Middle(height, width, maxAspect);
    }

    private static (int Left, int Top, int Width, int Height) Middle(int height, int width, double maxAspect)
    {
        double proportion = (double)width / height;
        var (cropWidth, cropHeight) = proportion < 1 / maxAspect ? (width, Math.Clamp(Rounded(width * maxAspect), 1, height))
            : proportion > maxAspect ? (Math.Clamp(Rounded(height * maxAspect), 1, width), height)
            : (width, height);
        return ((width - cropWidth) / 2, (height - cropHeight) / 2, cropWidth, cropHeight);
    }

    private static int Rounded(double value) => (int)Math.Round(value, MidpointRounding.ToEven);
}
