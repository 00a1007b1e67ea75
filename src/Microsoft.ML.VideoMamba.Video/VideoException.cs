namespace Microsoft.ML.VideoMamba.Video;

/// <summary>A video or image could not be opened or read. The message names the file and the reason.</summary>
public sealed class VideoException : IOException
{
    /// <summary>Creates the error of one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="stage">What was being done: <c>open</c>, <c>header</c>, <c>decode</c>, <c>convert</c> or <c>write</c>.</param>
    /// <param name="reason">Why it failed, without the file's name.</param>
    /// <param name="inner">What the decoder threw, if anything.</param>
    public VideoException(string path, string stage, string reason, Exception? inner = null)
        : base($"{path}: {reason} (stage: {stage})", inner)
    {
        Path = path;
        Stage = stage;
        Reason = reason;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What was being done: <c>open</c>, <c>header</c>, <c>decode</c>, <c>convert</c> or <c>write</c>.</summary>
    public string Stage { get; }

    /// <summary>Why it failed, without the file's name.</summary>
    public string Reason { get; }
}
