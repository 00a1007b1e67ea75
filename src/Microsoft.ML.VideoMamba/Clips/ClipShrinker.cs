using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Transforms;

namespace Microsoft.ML.VideoMamba.Clips;

/// <summary>Makes clips smaller that are larger than anything that will read them.</summary>
internal static class ClipShrinker
{
    /// <summary>The clip with a short side of at most so many pixels, bilinear, proportions kept; itself if it is small enough.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="maxShortSide">The limit in pixels; 0 for none.</param>
    public static VideoClip Shrink(VideoClip clip, int maxShortSide)
    {
        if (maxShortSide == 0 || Math.Min(clip.Height, clip.Width) <= maxShortSide) return clip;
        var (height, width) = FrameResizer.ShortSide(clip.Height, clip.Width, maxShortSide);
        var shrunk = new ReadOnlyMemory<byte>[clip.Frames];
        // Rows are read by one thread: it would be the slowest of all where frames are large.
        Parallel.For(0, shrunk.Length, () => FrameResizer.Create(ResizeFilter.Bilinear, clip.Height, clip.Width, height, width), (t, _, resizer) =>
        {
            byte[] frame = GC.AllocateUninitializedArray<byte>(height * width * 3);
            resizer.Resize(clip.Frame(t), frame);
            shrunk[t] = frame;
            return resizer;
        }, _ => { });

        return new VideoClip(clip.Path, height, width, shrunk, clip.Indices, clip.Times, clip.Gaps);
    }
}
