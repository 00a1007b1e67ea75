namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>
/// The operations that policies draw from. Increasing ones grow stronger with the level; their plain namesakes' effect at a level follows
/// the published policies, whatever its direction.
/// </summary>
/// <remarks>Cubuk et al., arXiv 1805.09501 and 1909.13719; arithmetic of PIL, levels of video_sm/datasets/rand_augment.py.</remarks>
public enum FrameOperation
{
    /// <summary>Stretches each channel's levels to 0 to 255.</summary>
    AutoContrast,

    /// <summary>Evens out each channel's histogram.</summary>
    Equalize,

    /// <summary>255 minus each level.</summary>
    Invert,

    /// <summary>Turns about the middle; argument: degrees, counter-clockwise.</summary>
    Rotate,

    /// <summary>Keeps the topmost bits of each level; argument: how many, 0 (black) to 4, rising with the level.</summary>
    Posterize,

    /// <summary>As <see cref="Posterize"/>, from 4 bits down to 0.</summary>
    PosterizeIncreasing,

    /// <summary>As <see cref="Posterize"/>, from 4 bits up to 8: the first paper's.</summary>
    PosterizeOriginal,

    /// <summary>Inverts levels that are not below the argument, 0 to 256, rising with the level.</summary>
    Solarize,

    /// <summary>As <see cref="Solarize"/>, from 256 (no change) down to 0.</summary>
    SolarizeIncreasing,

    /// <summary>Adds the argument, 0 to 110, to levels below 128.</summary>
    SolarizeAdd,

    /// <summary>Saturation; argument: a factor, 0 for grey, 1 for no change.</summary>
    Color,

    /// <summary>As <see cref="Color"/>, away from 1 either way.</summary>
    ColorIncreasing,

    /// <summary>Contrast about the frame's mean grey; argument: a factor, 0 for flat, 1 for no change.</summary>
    Contrast,

    /// <summary>As <see cref="Contrast"/>, away from 1 either way.</summary>
    ContrastIncreasing,

    /// <summary>Brightness; argument: a factor, 0 for black, 1 for no change.</summary>
    Brightness,

    /// <summary>As <see cref="Brightness"/>, away from 1 either way.</summary>
    BrightnessIncreasing,

    /// <summary>Sharpness; argument: a factor, 0 for smoothed, 1 for no change.</summary>
    Sharpness,

    /// <summary>As <see cref="Sharpness"/>, away from 1 either way.</summary>
    SharpnessIncreasing,

    /// <summary>Slants columns; argument: columns moved for each row, positive to the left further down.</summary>
    ShearX,

    /// <summary>Slants rows; argument: rows moved for each column.</summary>
    ShearY,

    /// <summary>Moves to the left; argument: pixels.</summary>
    TranslateX,

    /// <summary>Moves up; argument: pixels.</summary>
    TranslateY,

    /// <summary>Moves to the left; argument: part of the width.</summary>
    TranslateXRel,

    /// <summary>Moves up; argument: part of the height.</summary>
    TranslateYRel,

    /// <summary>Blurs; argument: the Gaussian's deviation in pixels, above 0. 3-Augment's only: it has no levels.</summary>
    GaussianBlur,
}
