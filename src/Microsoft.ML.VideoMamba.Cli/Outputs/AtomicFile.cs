namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>A file that appears under its name only when it is complete: it is written beside its place and renamed into it.</summary>
internal sealed class AtomicFile : IDisposable
{
    private readonly string _path;
    private readonly string _beside;
    private bool _complete;

    public AtomicFile(string path)
    {
        _path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        _beside = $"{_path}.{Environment.ProcessId}.partial";
        Stream = new FileStream(_beside, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
    }

    public FileStream Stream { get; }

    public void Complete()
    {
        Stream.Dispose();
        File.Move(_beside, _path, overwrite: true);
        _complete = true;
    }

    public void Dispose()
    {
        Stream.Dispose();
        if (!_complete) File.Delete(_beside);
    }
}
