namespace Microsoft.ML.VideoMamba.TestCommon;

/// <summary>A folder of its own for one test, with a space and non-ASCII letters in its name, deleted at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => FullName = Directory.CreateTempSubdirectory("vidéo mamba ").FullName;

    public string FullName { get; }

    public string this[string name] => Path.Combine(FullName, name);

    public void Dispose()
    {
        if (Directory.Exists(FullName)) Directory.Delete(FullName, recursive: true);
    }
}
