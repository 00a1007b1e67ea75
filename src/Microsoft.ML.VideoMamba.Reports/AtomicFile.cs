namespace Microsoft.ML.VideoMamba.Reports;

/// <summary>A file that appears under its name only when it is complete: it is written beside its place and renamed into it.</summary>
public sealed class AtomicFile : IDisposable
{
    private readonly string _path;
    private readonly string _beside;
    private bool _complete;

    /// <summary>Opens the file beside its place; the folder is made if it is missing.</summary>
    /// <param name="path">Where the file is to appear; one that exists is replaced on <see cref="Complete"/>.</param>
    /// <exception cref="IOException">The folder or the file cannot be made.</exception>
    public AtomicFile(string path)
    {
        _path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        _beside = $"{_path}.{Environment.ProcessId}.partial";
        Stream = new FileStream(_beside, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
    }

    /// <summary>What to write to; <see cref="Complete"/> closes it.</summary>
    public FileStream Stream { get; }

    /// <summary>Puts the file in its place.</summary>
    /// <exception cref="IOException">The rest cannot be written, or the place cannot be taken.</exception>
    public void Complete()
    {
        Stream.Dispose();
        File.Move(_beside, _path, overwrite: true);
        _complete = true;
    }

    /// <summary>Leaves nothing behind where the file was not completed.</summary>
    public void Dispose()
    {
        Stream.Dispose();
        if (!_complete) File.Delete(_beside);
    }
}
