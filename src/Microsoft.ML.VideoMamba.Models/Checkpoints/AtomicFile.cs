namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>Writes a file beside its place and moves it there when it is whole: a crash or a full disk leaves what was there before.</summary>
internal static class AtomicFile
{
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path), folder = Path.GetDirectoryName(full) ?? throw new CheckpointException(path, null, "cannot be written: it is a folder");
        string beside = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(beside, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, full, overwrite: true);
        }
        catch (Exception error) when (error is not CheckpointException && error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(path, null, $"cannot be written: {error.Message}", error);
        }
        finally
        {
            if (File.Exists(beside)) File.Delete(beside);
        }
    }
}
