namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>One draw of an augmentation: what happens to every frame of a clip.</summary>
/// <param name="Left">First column of the crop, in pixels of the frame; it may begin before it and end beyond it.</param>
/// <param name="Top">First row of the crop.</param>
/// <param name="Width">Columns of the crop.</param>
/// <param name="Height">Rows of the crop.</param>
/// <param name="Flip">Whether left and right change places.</param>
/// <param name="Gain">Factor of a pixel's distance from middle grey.</param>
/// <param name="Offset">Added to a pixel, on the scale of 0 to 1.</param>
/// <param name="Noise">Deviation of the noise, on the scale of 0 to 1.</param>
/// <param name="Edge">What the crop sees beyond an edge.</param>
internal readonly record struct ClipDraw(double Left, double Top, double Width, double Height, bool Flip, double Gain, double Offset, double Noise, CropEdge Edge = CropEdge.Repeated)
{
    /// <summary>Draws for a frame of one size that becomes one of another.</summary>
    public static ClipDraw Of(ClipAugmentation augmentation, int height, int width, int newHeight, int newWidth, Random random)
    {
        var ((left, top, cropWidth, cropHeight), edge) = augmentation.Crop switch
        {
            CropStyle.Inception => (InceptionCrop.Draw(height, width, augmentation.MinScale, augmentation.MaxAspect, random), CropEdge.Closed),
            CropStyle.Simple => (SimpleCrop.Draw((height, width), (newHeight, newWidth), random), CropEdge.Reflected),
            _ => (Fitted(augmentation, height, width, newHeight, newWidth, random), CropEdge.Repeated),
        };
        return new ClipDraw(
            left,
            top,
            cropWidth,
            cropHeight,
            augmentation.Flip & random.Next(2) == 1,
            1 + augmentation.Contrast * Signed(random),
            augmentation.Brightness * Signed(random),
            augmentation.Noise * random.NextDouble(),
            edge);
    }

    /// <summary>The draw of a frame that has been cropped and mirrored already: only its colours are left to change.</summary>
    public ClipDraw Whole(int height, int width) => this with { Left = 0, Top = 0, Width = width, Height = height, Flip = false };

    private static (double Left, double Top, double Width, double Height) Fitted(ClipAugmentation augmentation, int height, int width, int newHeight, int newWidth, Random random)
    {
        // The largest box of the new frame's proportion that fits.
        double fit = Math.Min((double)width / newWidth, (double)height / newHeight);
        double scale = augmentation.MinScale + (1 - augmentation.MinScale) * random.NextDouble();
        double aspect = Math.Exp(Math.Log(augmentation.MaxAspect) * Signed(random));
        double cropWidth = Math.Min(width, fit * newWidth * Math.Sqrt(scale * aspect)), cropHeight = Math.Min(height, fit * newHeight * Math.Sqrt(scale / aspect));
        return (
            (width - cropWidth) * random.NextDouble() + augmentation.Shift * Signed(random) * cropWidth,
            (height - cropHeight) * random.NextDouble() + augmentation.Shift * Signed(random) * cropHeight,
            cropWidth,
            cropHeight);
    }

    private static double Signed(Random random) => 2 * random.NextDouble() - 1;
}
