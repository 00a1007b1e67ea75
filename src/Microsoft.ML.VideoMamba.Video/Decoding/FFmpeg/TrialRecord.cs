using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>
/// What a trial of library files came to, remembered in the user's cache folder. The files count as the same while path, size and time of writing are,
/// and this assembly as well.
/// </summary>
internal sealed class TrialRecord
{
    private readonly string? _path;

    private TrialRecord(string? path) => _path = path;

    public static TrialRecord For(IReadOnlyList<string> files)
    {
        if (files.Count == 0 || Folder() is not { } folder) return new TrialRecord(null);
        var identity = new StringBuilder(typeof(TrialRecord).Module.ModuleVersionId.ToString());
        foreach (var file in files.Select(file => new FileInfo(file))) identity.Append(CultureInvariant($"\n{file.FullName}|{file.Length}|{file.LastWriteTimeUtc.Ticks}"));
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity.ToString())))[..32];
        return new TrialRecord(Path.Combine(folder, $"{name}.txt"));
    }

    /// <summary>The verdict; null if there is none.</summary>
    public string? Read()
    {
        try
        {
            return _path is not null && File.Exists(_path) ? File.ReadAllText(_path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the trial is run again
        }
    }

    /// <summary>Remembers a verdict. Where nothing can be written, the next process tries again.</summary>
    public void Write(string verdict)
    {
        if (_path is null) return;
        string beside = $"{_path}.{Guid.NewGuid():n}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            File.WriteAllText(beside, verdict);
            File.Move(beside, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A read-only home: remembering only saves time.
        }
    }

    private static string CultureInvariant(FormattableString text) => FormattableString.Invariant(text);

    private static string? Folder()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string?[] candidates =
        [
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME"),
            OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) : null,
            home.Length > 0 ? Path.Combine(home, ".cache") : null,
        ];
        string? root = candidates.FirstOrDefault(candidate => Path.IsPathFullyQualified(candidate ?? ""));
        return root is null ? null : Path.Combine(root, "videomamba", "ffmpeg");
    }
}
