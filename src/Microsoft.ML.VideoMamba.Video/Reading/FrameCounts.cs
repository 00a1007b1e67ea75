using System.Collections.Concurrent;
using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Video.Reading;

/// <summary>Frame counts of files that were decoded to their end, so that a second epoch needs no guess. A changed file is another file.</summary>
internal static class FrameCounts
{
    private const int Capacity = 1 << 18;

    private static readonly ConcurrentDictionary<FileIdentity, int> s_counts = new();

    public static int? Recall(VideoSource source) => FileIdentity.Of(source) is { } file && s_counts.TryGetValue(file, out int count) ? count : null;

    public static void Remember(VideoSource source, int count)
    {
        if (FileIdentity.Of(source) is not { } file) return;
        if (s_counts.Count >= Capacity) s_counts.Clear();
        s_counts[file] = count;
    }
}
