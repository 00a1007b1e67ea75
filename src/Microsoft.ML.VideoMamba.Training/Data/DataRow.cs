namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>A row of a list: a video and what is said of it.</summary>
/// <param name="Line">Its line in the list, from 1; 0 where it does not come from one.</param>
/// <param name="Path">The video file, image, or folder of frames, the prefix included.</param>
/// <param name="Label">The class or number, as written.</param>
public sealed record DataRow(int Line, string Path, string Label)
{
    /// <summary>How many of the folder's frames count, from the first; null for all.</summary>
    public int? Frames { get; init; }

    /// <summary>Length in seconds; null if the list does not say.</summary>
    public double? Duration { get; init; }
}
