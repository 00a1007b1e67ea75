using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Video.Reading;

/// <summary>Frame counts of files that were decoded to their end, so that a second epoch needs no guess.</summary>
internal static class FrameCounts
{
    private static readonly FileKnowledge<int> s_counts = new(capacity: 1 << 20, _ => 1);

    public static int? Recall(VideoSource source) => s_counts.TryRecall(FileIdentity.Of(source), out int count) ? count : null;

    public static void Remember(VideoSource source, int count)
    {
        var file = FileIdentity.Of(source);
        if (s_counts.TryRecall(file, out int known) && known != count) s_counts.Forget(file);
        s_counts.Remember(file, count);
    }
}
