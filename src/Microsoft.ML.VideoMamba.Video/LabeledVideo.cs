namespace Microsoft.ML.VideoMamba.Video;

/// <summary>A video and its class, as a row for <c>MLContext.Data.LoadFromEnumerable</c>.</summary>
public sealed class LabeledVideo
{
    /// <summary>The path of a video file, an image file or a folder of frames.</summary>
    public string Path { get; set; } = "";

    /// <summary>The name of its class.</summary>
    public string Label { get; set; } = "";
}
