namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>What tells one state of a file from another: what was learned of it holds while this is the same.</summary>
internal readonly record struct FileIdentity(string Path, long Length, DateTime Written)
{
    /// <summary>A source's file as it is now; null for content in memory and for folders.</summary>
    public static FileIdentity? Of(VideoSource source) =>
        source.Path is { } path && new FileInfo(path) is { Exists: true } file ? new FileIdentity(path, file.Length, file.LastWriteTimeUtc) : null;
}
