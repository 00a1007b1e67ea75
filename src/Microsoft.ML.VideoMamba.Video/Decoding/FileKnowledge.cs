using System.Collections.Concurrent;

namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>What this process learned of files, up to a bound over all of them. A changed file is another file, and content in memory is none.</summary>
/// <param name="capacity">Most that is kept; what comes when it is full is not.</param>
/// <param name="sizeOf">How much of it a file's knowledge takes.</param>
internal sealed class FileKnowledge<T>(int capacity, Func<T, int> sizeOf)
{
    private readonly ConcurrentDictionary<FileIdentity, T> _known = new();
    private int _size;

    public bool TryRecall(FileIdentity? file, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T known)
    {
        known = default;
        return file is { } there && _known.TryGetValue(there, out known);
    }

    public void Remember(FileIdentity? file, T learned)
    {
        if (file is not { } there || Volatile.Read(ref _size) + sizeOf(learned) > capacity || !_known.TryAdd(there, learned)) return;
        Interlocked.Add(ref _size, sizeOf(learned));
    }

    public void Forget(FileIdentity? file)
    {
        if (file is { } there && _known.TryRemove(there, out var known)) Interlocked.Add(ref _size, -sizeOf(known));
    }
}
