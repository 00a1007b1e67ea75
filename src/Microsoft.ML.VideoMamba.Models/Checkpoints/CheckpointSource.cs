namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>The bytes of a checkpoint, and the name that its errors carry.</summary>
internal sealed class CheckpointSource(Stream stream, string name, bool leaveOpen) : IDisposable
{
    public string Name => name;

    public long Length { get; } = stream.Length;

    public Stream Stream => stream;

    /// <summary>Fills <paramref name="target"/> with the bytes from <paramref name="offset"/> on.</summary>
    public void Read(long offset, Span<byte> target, string entry)
    {
        if (offset < 0 || offset > Length - target.Length) throw Refuse(entry, $"the file ends inside it: {target.Length} bytes from {offset}, of {Length}");
        try
        {
            stream.Position = offset;
            stream.ReadExactly(target);
        }
        catch (IOException error) when (error is not CheckpointException)
        {
            throw new CheckpointException(name, entry, $"cannot be read: {error.Message}", error);
        }
    }

    public byte[] Read(long offset, int count, string entry)
    {
        if (offset < 0 || offset > Length - count) throw Refuse(entry, $"the file ends inside it: {count} bytes from {offset}, of {Length}");
        byte[] bytes = new byte[count];
        Read(offset, bytes, entry);
        return bytes;
    }

    public CheckpointException Refuse(string? entry, string reason) => new(name, entry, reason);

    public void Dispose()
    {
        if (!leaveOpen) stream.Dispose();
    }
}
