namespace Microsoft.ML.VideoMamba.TestCommon;

/// <summary>Makes a folder the working one until it is disposed. The process has only one: whoever enters a folder must not run beside others.</summary>
internal sealed class WorkingFolder : IDisposable
{
    private readonly string _before = Environment.CurrentDirectory;

    public WorkingFolder(string folder) => Environment.CurrentDirectory = folder;

    public void Dispose() => Environment.CurrentDirectory = _before;
}
