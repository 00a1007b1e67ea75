using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>A colour.</summary>
/// <param name="Red">0 to 255.</param>
/// <param name="Green">0 to 255.</param>
/// <param name="Blue">0 to 255.</param>
public readonly record struct RgbLevel(byte Red, byte Green, byte Blue)
{
    /// <summary>Middle grey: what the original's video recipes fill empty places with.</summary>
    public static RgbLevel Grey { get; } = new(128, 128, 128);

    /// <summary>The mean colour of ImageNet: what the original's image recipes fill with.</summary>
    public static RgbLevel ImageNetMean { get; } = Mean(PixelNormalization.ImageNet);

    internal void CopyTo(Span<byte> pixel) => (pixel[0], pixel[1], pixel[2]) = (Red, Green, Blue);

    private static RgbLevel Mean(PixelNormalization normalization) => new(Level(normalization.Mean[0]), Level(normalization.Mean[1]), Level(normalization.Mean[2]));

    private static byte Level(float mean) => (byte)Math.Round(255 * mean);
}
