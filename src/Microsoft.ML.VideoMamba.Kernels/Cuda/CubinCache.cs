using System.Security.Cryptography;
using Microsoft.ML.VideoMamba.Kernels.Runtime;

namespace Microsoft.ML.VideoMamba.Kernels.Cuda;

/// <summary>
/// Compiled kernels on disk. Safe under concurrent processes: a file is written beside its place and renamed into it. A file that is damaged is made again;
/// where none can be written the compiled kernel is used as it is.
/// </summary>
internal static class CubinCache
{
    /// <summary>The folder.</summary>
    public static string Folder => Path.Combine(NativeCache.Root, "cuda");

    /// <summary>What is kept under <paramref name="key"/>, or else what <paramref name="compile"/> makes, which is then kept.</summary>
    public static byte[] GetOrAdd(string key, Func<byte[]> compile) => GetOrAdd(Folder, key, compile);

    /// <inheritdoc cref="GetOrAdd(string, Func{byte[]})"/>
    public static byte[] GetOrAdd(string folder, string key, Func<byte[]> compile)
    {
        string path = Path.Combine(folder, key + ".cubin");
        if (Read(path) is { } kept) return kept;
        byte[] made = compile();
        Write(path, made);
        return made;
    }

    /// <summary>A file is the SHA-256 of the rest, then the rest.</summary>
    private static byte[]? Read(string path)
    {
        try
        {
            if (!File.Exists(path)) return null;
            byte[] file = File.ReadAllBytes(path);
            int digest = SHA256.HashSizeInBytes;
            return file.Length > digest && SHA256.HashData(file.AsSpan(digest)).AsSpan().SequenceEqual(file.AsSpan(0, digest)) ? file[digest..] : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Write(string path, byte[] content)
    {
        string beside = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():n}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(beside, [.. SHA256.HashData(content), .. content]);
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full or read-only disk costs the compilation's time at the next start, nothing else.
            TryDelete(beside);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing was written then.
        }
    }
}
