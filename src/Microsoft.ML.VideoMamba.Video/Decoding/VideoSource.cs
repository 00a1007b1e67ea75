namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>Where frames come from: a video file, an image file (a clip of one frame), a folder of images (a clip in natural order of their names), or a video in memory.</summary>
public sealed class VideoSource
{
    private VideoSource(string name, string? path, ReadOnlyMemory<byte> content) => (Name, Path, Content) = (name, path, content);

    /// <summary>The path as it was given, or the name of the content: what messages say.</summary>
    public string Name { get; }

    /// <summary>The full path; null for content in memory.</summary>
    public string? Path { get; }

    /// <summary>The bytes of a video in memory; empty for a path.</summary>
    public ReadOnlyMemory<byte> Content { get; }

    /// <summary>A file or a folder. Nothing is opened yet.</summary>
    /// <param name="path">The path, relative or full. It is never read as an address or a pattern.</param>
    public static VideoSource FromPath(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new VideoSource(path, System.IO.Path.GetFullPath(path), default);
    }

    /// <summary>A video file's bytes. The content decides what it is, not the name.</summary>
    /// <param name="content">The whole file; kept, not copied.</param>
    /// <param name="name">What messages call it.</param>
    public static VideoSource FromBytes(ReadOnlyMemory<byte> content, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new VideoSource(name, null, content);
    }

    /// <summary>A video file's stream, read to its end now.</summary>
    /// <param name="stream">A readable stream, of 2 GiB at most; it is left open.</param>
    /// <param name="name">What messages call it.</param>
    public static VideoSource FromStream(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return FromBytes(content.ToArray(), name);
    }

    /// <summary>A path is a source.</summary>
    /// <param name="path">The file or folder.</param>
    public static implicit operator VideoSource(string path) => FromPath(path);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
