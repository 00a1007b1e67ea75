namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>The frame tables of files that were decoded whole in this process.</summary>
internal static class FrameTables
{
    private const int MaxFrames = 1 << 23; // 64 MB over all files

    private static readonly FileKnowledge<FrameTable> s_tables = new(MaxFrames, table => table.Frames);

    public static FrameTable? Recall(VideoSource source) => s_tables.TryRecall(FileIdentity.Of(source), out var table) ? table : null;

    public static void Remember(VideoSource source, FrameTable table) => s_tables.Remember(FileIdentity.Of(source), table);

    public static void Forget(VideoSource source) => s_tables.Forget(FileIdentity.Of(source));
}
