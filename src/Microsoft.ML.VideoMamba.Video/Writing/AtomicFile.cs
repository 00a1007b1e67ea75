using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.VideoMamba.Video.Writing;

/// <summary>A file that appears under its name only when it is complete: it is written beside its place and renamed into it.</summary>
public sealed class AtomicFile : IDisposable
{
    /// <summary>The end of the name that a file has while it is written; <see cref="DeletePartial"/> takes away those that a killed process left.</summary>
    public const string PartialExtension = ".partial";

    private readonly string _path;
    private readonly string _beside;
    private bool _complete;

    /// <summary>Opens the file beside its place; the folder is made if it is missing.</summary>
    /// <param name="path">Where the file is to appear; one that exists is replaced on <see cref="Complete"/>.</param>
    /// <exception cref="IOException">The folder or the file cannot be made.</exception>
    public AtomicFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        _beside = $"{_path}.{Guid.NewGuid():N}{PartialExtension}";
        Stream = new FileStream(_beside, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
    }

    /// <summary>What to write to; <see cref="Complete"/> closes it.</summary>
    public FileStream Stream { get; }

    /// <summary>Writes a whole file.</summary>
    /// <param name="path">Where it is to appear; one that exists is replaced.</param>
    /// <param name="write">Writes what is in it.</param>
    /// <exception cref="IOException">It cannot be written; what was there before still is.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var file = new AtomicFile(path);
        write(file.Stream);
        file.Complete();
    }

    /// <summary>Writes a whole text file, as UTF-8.</summary>
    /// <inheritdoc cref="Write"/>
    /// <param name="path">Where it is to appear; one that exists is replaced.</param>
    /// <param name="text">What is in it.</param>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Takes away what killed processes left half-written of a file. Nobody may be writing it.</summary>
    /// <param name="path">The file, which stays; other files beside it do too, whatever they are called.</param>
    public static void DeletePartial(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string full = Path.GetFullPath(path), folder = Path.GetDirectoryName(full)!;
        var partial = new Regex($"^{Regex.Escape(Path.GetFileName(full))}\\.[0-9a-f]{{32}}{Regex.Escape(PartialExtension)}$");
        if (!Directory.Exists(folder)) return;
        foreach (string file in Directory.EnumerateFiles(folder).Where(file => partial.IsMatch(Path.GetFileName(file)))) File.Delete(file);
    }

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
        try
        {
            Stream.Dispose();
        }
        finally
        {
            if (!_complete) File.Delete(_beside);
        }
    }
}
