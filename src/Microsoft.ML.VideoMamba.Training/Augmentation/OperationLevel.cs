namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>What a level of strength, 0 to 10, means for each operation.</summary>
/// <remarks>video_sm/datasets/rand_augment.py, LEVEL_TO_ARG.</remarks>
internal static class OperationLevel
{
    /// <summary>The highest level.</summary>
    public const double Max = 10;

    /// <summary>The part of a frame that the original's translations move by at most.</summary>
    public const double MaxTranslation = 0.45;

    /// <summary>The operation's argument; 0 where it takes none.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="level">0 to <see cref="Max"/>.</param>
    /// <param name="negate">Whether an operation with two directions takes the negative one.</param>
    /// <param name="translation">Pixels that TranslateX and TranslateY move by at the highest level; the original takes 0.45 of the network's frame.</param>
    /// <param name="relativeTranslation">The part of the frame that TranslateXRel and TranslateYRel move by at the highest level.</param>
    public static double Argument(FrameOperation operation, double level, bool negate, double translation, double relativeTranslation = MaxTranslation)
    {
        double part = level / Max;
        double sign = negate ? -1 : 1;
        return operation switch
        {
            FrameOperation.AutoContrast or FrameOperation.Equalize or FrameOperation.Invert => 0,
            FrameOperation.Rotate => sign * (part * 30),
            FrameOperation.Posterize => Math.Truncate(part * 4),
            FrameOperation.PosterizeIncreasing => 4 - Math.Truncate(part * 4),
            FrameOperation.PosterizeOriginal => 4 + Math.Truncate(part * 4),
            FrameOperation.Solarize => Math.Truncate(part * 256),
            FrameOperation.SolarizeIncreasing => 256 - Math.Truncate(part * 256),
            FrameOperation.SolarizeAdd => Math.Truncate(part * 110),
            FrameOperation.Color or FrameOperation.Contrast or FrameOperation.Brightness or FrameOperation.Sharpness => part * 1.8 + 0.1,
            FrameOperation.ColorIncreasing or FrameOperation.ContrastIncreasing or FrameOperation.BrightnessIncreasing or FrameOperation.SharpnessIncreasing => 1 + sign * (part * 0.9),
            FrameOperation.ShearX or FrameOperation.ShearY => sign * (part * 0.3),
            FrameOperation.TranslateX or FrameOperation.TranslateY => sign * (part * translation),
            FrameOperation.TranslateXRel or FrameOperation.TranslateYRel => sign * (part * relativeTranslation),
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "No such operation."),
        };
    }
}
