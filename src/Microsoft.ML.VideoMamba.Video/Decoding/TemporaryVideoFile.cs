namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>A video in memory, written out for a library that reads only files.</summary>
internal sealed class TemporaryVideoFile : IDisposable
{
    private TemporaryVideoFile(string path) => Path = path;

    public string Path { get; }

    public static TemporaryVideoFile Write(ReadOnlySpan<byte> content)
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
