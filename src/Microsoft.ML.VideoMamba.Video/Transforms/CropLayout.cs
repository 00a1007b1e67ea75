namespace Microsoft.ML.VideoMamba.Video.Transforms;

/// <summary>Which parts of a resized frame a network sees.</summary>
public enum CropLayout
{
    /// <summary>One view in the middle.</summary>
    Center,

    /// <summary>Three squares along the long side: both ends and the middle.</summary>
    Three,

    /// <summary>Five squares: the corners and the middle.</summary>
    Five,

    /// <summary>The whole frame, of whatever size and proportion.</summary>
    Whole,
}
