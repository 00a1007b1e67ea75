namespace Microsoft.ML.VideoMamba.Video.Sampling;

/// <summary>How long a video is, as far as choosing frames needs it.</summary>
/// <param name="Frames">The number of frames, counted by decoding, at least 1.</param>
/// <param name="FramesPerSecond">The frame rate; 0 if unknown. Only windows in seconds need it.</param>
public readonly record struct VideoLength(int Frames, double FramesPerSecond = 0)
{
    /// <summary>A number of frames is a length of unknown rate.</summary>
    /// <param name="frames">The number of frames.</param>
    public static implicit operator VideoLength(int frames) => new(frames);
}
