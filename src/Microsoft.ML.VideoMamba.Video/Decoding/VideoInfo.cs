namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>What is known of a video after all its frames were decoded.</summary>
/// <param name="Name">The source.</param>
/// <param name="Frames">The number of frames, counted by decoding.</param>
/// <param name="Width">Width in pixels, as shown (after rotation).</param>
/// <param name="Height">Height in pixels, as shown (after rotation).</param>
/// <param name="FramesPerSecond">The header's frame rate; 0 if it says nothing believable.</param>
/// <param name="Rotation">The clockwise turn in degrees that the file asks for and that is applied.</param>
/// <param name="Codec">The codec's short name.</param>
/// <param name="Gaps">How many damaged places were skipped.</param>
/// <param name="Duration">The last frame's time in seconds plus one frame's; 0 if the frame rate is unknown.</param>
/// <param name="Backend">The decoding library and its version.</param>
public sealed record VideoInfo(
    string Name, int Frames, int Width, int Height, double FramesPerSecond, int Rotation, string Codec, int Gaps, double Duration, string Backend)
{
    /// <summary>Whether damaged places were skipped.</summary>
    public bool Damaged => Gaps > 0;
}
