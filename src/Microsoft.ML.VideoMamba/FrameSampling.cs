namespace Microsoft.ML.VideoMamba;

/// <summary>How the frames of a clip are spread over its video.</summary>
public enum FrameSampling
{
    /// <summary>One frame from the middle of each of equally long parts of the whole video: how the published models were trained.</summary>
    Sparse,

    /// <summary>Frames at a fixed distance inside one window.</summary>
    Dense,
}
