namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>What a crop sees beyond an edge.</summary>
internal enum CropEdge
{
    /// <summary>Beyond the frame, the pixels at its edge again and again.</summary>
    Repeated,

    /// <summary>Beyond the crop, the pixels at its own edge, as if the frame ended there.</summary>
    Closed,

    /// <summary>Beyond the frame, the frame mirrored at the pixels at its edge.</summary>
    Reflected,
}
