namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>A video in memory, written out for a library that reads only files.</summary>
internal sealed class TemporaryVideoFile : IDisposable
{
    private TemporaryVideoFile(string path) => Path = path;

    private string Path { get; }

    /// <summary>Opens a source by its path; content in memory by that of a file that lives as long as the decoder.</summary>
    public static IVideoDecoder Open(VideoSource source, Func<string, IVideoDecoder> open)
    {
        if (source.Path is { } path) return open(path);
        var file = Write(source.Content.Span);
        try
        {
            return new OwningDecoder(open(file.Path), file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static TemporaryVideoFile Write(ReadOnlySpan<byte> content)
    {
        var file = new TemporaryVideoFile(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"videomamba-{Guid.NewGuid():N}.video"));
        try
        {
            using var stream = new FileStream(file.Path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            stream.Write(content);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => File.Delete(Path);
}
