using System.Security.Cryptography;

namespace Microsoft.ML.VideoMamba.Kernels.Runtime;

/// <summary>
/// A private folder of files keyed by the hash of their content, for native code that is made at run time. Safe under concurrent processes:
/// a file is written beside its place and renamed into it, and one that is there already is used only if its content is what was asked for.
/// </summary>
internal static class NativeCache
{
    /// <summary>The user's cache folder, or a temporary one where the user has none that can be written.</summary>
    public static string Root => s_root.Value;

    private static readonly Lazy<string> s_root = new(FindRoot);

    /// <summary>Stores <paramref name="content"/> under its hash unless it is there, and returns the file's path.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static string Store(ReadOnlySpan<byte> content, string fileName)
    {
        string folder = Path.Combine(Root, Convert.ToHexStringLower(SHA256.HashData(content))[..32]);
        string path = Path.Combine(folder, fileName);
        if (Holds(path, content)) return path;
        CreatePrivate(folder);
        string beside = Path.Combine(folder, $"{fileName}.{Environment.ProcessId}.{Guid.NewGuid():n}");
        try
        {
            File.WriteAllBytes(beside, content);
            File.Move(beside, path, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }

        return path;
    }

    private static bool Holds(string path, ReadOnlySpan<byte> content)
    {
        var file = new FileInfo(path);
        return file.Exists && file.Length == content.Length && content.SequenceEqual(File.ReadAllBytes(path));
    }

    private static string FindRoot()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string?[] candidates =
        [
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME"),
            OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) : null,
            home.Length > 0 ? Path.Combine(home, ".cache") : null,
        ];
        foreach (string? candidate in candidates.Where(candidate => Path.IsPathFullyQualified(candidate ?? "")))
        {
            string folder = Path.Combine(candidate!, "videomamba");
            if (TryCreatePrivate(folder)) return folder;
        }

        // No home that can be written (a service account, a read-only container): a fresh folder that no other user can have prepared.
        return Directory.CreateTempSubdirectory("videomamba-").FullName;
    }

    private static bool TryCreatePrivate(string folder)
    {
        try
        {
            CreatePrivate(folder);
            using (File.Create(Path.Combine(folder, $".{Guid.NewGuid():n}"), 1, FileOptions.DeleteOnClose))
            {
                return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
