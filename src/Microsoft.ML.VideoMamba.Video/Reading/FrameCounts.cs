using System.Collections.Concurrent;
using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Video.Reading;

/// <summary>Frame counts of files that were decoded to their end, so that a second epoch needs no guess. A changed file is another file.</summary>
internal static class FrameCounts
{
    private const int Capacity = 1 << 18;

    private static readonly ConcurrentDictionary<(string Path, long Length, DateTime Written), int> s_counts = new();

    public static int? Recall(VideoSource source) => Key(source) is { } key && s_counts.TryGetValue(key, out int count) ? count : null;

    public static void Remember(VideoSource source, int count)
    {
        if (Key(source) is not { } key) return;
        if (s_counts.Count >= Capacity) s_counts.Clear();
        s_counts[key] = count;
    }

    private static (string Path, long Length, DateTime Written)? Key(VideoSource source) =>
        source.Path is { } path && new FileInfo(path) is { Exists: true } file ? (path, file.Length, file.LastWriteTimeUtc) : null;
}
