namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>How rotated, slanted and moved frames take their pixels.</summary>
public enum FrameInterpolation
{
    /// <summary>From the four pixels around a place.</summary>
    Bilinear,

    /// <summary>From sixteen, with a cubic of a = -1 as PIL's transforms have: what the original's recipes use.</summary>
    Bicubic,

    /// <summary>One of the two, drawn for each frame: what the original does where nothing is configured.</summary>
    Drawn,
}
