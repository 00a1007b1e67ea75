using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Clips;

/// <summary>
/// What made the clips that are in use. Whoever could not keep one makes it again by itself, instead of going to it through all the rows before it.
/// </summary>
internal static class ClipOrigins
{
    private static readonly ConditionalWeakTable<VideoClip, MakeClip> s_origins = [];

    /// <summary>Notes what made a clip.</summary>
    /// <returns>The clip.</returns>
    [return: NotNullIfNotNull(nameof(clip))]
    public static VideoClip? Note(VideoClip? clip, MakeClip origin)
    {
        if (clip is not null) s_origins.AddOrUpdate(clip, origin);
        return clip;
    }

    /// <summary>What made a clip; null where nobody noted it, as of one whose file's content would have to be kept for it.</summary>
    public static MakeClip? Of(VideoClip clip) => s_origins.TryGetValue(clip, out var origin) ? origin : null;
}
