using System.Collections.Concurrent;

namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>The frame tables of files that were decoded whole in this process.</summary>
internal static class FrameTables
{
    private const int MaxFrames = 1 << 23; // 64 MB over all files

    private static readonly ConcurrentDictionary<FileIdentity, FrameTable> s_tables = new();
    private static int s_frames;

    public static FrameTable? Recall(VideoSource source) => FileIdentity.Of(source) is { } file && s_tables.TryGetValue(file, out var table) ? table : null;

    public static void Remember(VideoSource source, FrameTable table)
    {
        if (FileIdentity.Of(source) is not { } file || Volatile.Read(ref s_frames) + table.Frames > MaxFrames || !s_tables.TryAdd(file, table)) return;
        Interlocked.Add(ref s_frames, table.Frames);
    }

    public static void Forget(VideoSource source)
    {
        if (FileIdentity.Of(source) is { } file && s_tables.TryRemove(file, out var table)) Interlocked.Add(ref s_frames, -table.Frames);
    }
}
