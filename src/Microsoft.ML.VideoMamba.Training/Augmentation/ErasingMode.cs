namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>What random erasing puts in place of what it takes away.</summary>
public enum ErasingMode
{
    /// <summary>The mean colour (0 after normalisation).</summary>
    Const,

    /// <summary>One colour for the box, normally distributed.</summary>
    Rand,

    /// <summary>A colour for each pixel, normally distributed.</summary>
    Pixel,
}
