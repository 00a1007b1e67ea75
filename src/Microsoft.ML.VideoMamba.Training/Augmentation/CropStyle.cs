namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>What a random crop is measured by.</summary>
public enum CropStyle
{
    /// <summary>By the largest box of the network's proportion that fits into the frame: small changes of a clip whose classes may differ by motion.</summary>
    Fitted,

    /// <summary>By the whole frame's area, with a proportion of its own: the Inception crop that the original trains with.</summary>
    Inception,
}
