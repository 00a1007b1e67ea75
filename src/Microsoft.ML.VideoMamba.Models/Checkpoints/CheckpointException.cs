namespace Microsoft.ML.VideoMamba.Models.Checkpoints;

/// <summary>A checkpoint could not be read, understood, loaded or written. The message names the file, the part of it and the reason.</summary>
public sealed class CheckpointException : IOException
{
    /// <summary>Creates the error of one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="entry">The part of the file: an archive's entry, a tensor, a header; null for the file as a whole.</param>
    /// <param name="reason">What is wrong, without the file's name.</param>
    /// <param name="inner">What was thrown underneath, if anything.</param>
    public CheckpointException(string path, string? entry, string reason, Exception? inner = null)
        : base(entry is null ? $"{path}: {reason}" : $"{path}: {entry}: {reason}", inner)
    {
        Path = path;
        Entry = entry;
        Reason = reason;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The part of the file, or null for the file as a whole.</summary>
    public string? Entry { get; }

    /// <summary>What is wrong, without the file's name.</summary>
    public string Reason { get; }
}
