namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>Which random crop is taken.</summary>
public enum CropStyle
{
    /// <summary>Measured by the largest box of the network's proportion that fits into the frame: small changes of a clip whose classes may differ by motion.</summary>
    Fitted,

    /// <summary>Measured by the whole frame's area, with a proportion of its own: the Inception crop that the original trains with.</summary>
    Inception,

    /// <summary>
    /// The frame is resized until it just covers the network's, padded by four reflected pixels, and a box of the network's size is cut out of it anywhere: the simple random crop
    /// that goes with 3-Augment. <see cref="ClipAugmentation.MinScale"/>, <see cref="ClipAugmentation.MaxAspect"/> and <see cref="ClipAugmentation.Shift"/> play no part.
    /// </summary>
    Simple,
}
