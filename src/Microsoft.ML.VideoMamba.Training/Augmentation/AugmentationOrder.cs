namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>Whether a frame is cropped before or after the policy changes it.</summary>
public enum AugmentationOrder
{
    /// <summary>The policy sees whole frames; the crop is taken last, bilinear without antialiasing: the original's video recipes.</summary>
    PolicyFirst,

    /// <summary>The crop is taken first, bicubic with antialiasing, and mirrored; the policy sees what is left: the original's image recipes.</summary>
    CropFirst,
}
