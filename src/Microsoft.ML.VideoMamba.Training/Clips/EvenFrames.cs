using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Clips;

/// <summary>
/// Draws frames at even distances out of more: where the first lies is drawn, and then all the others with it. (The original draws each frame by itself out of
/// its segment: distances from nought to twice the mean, which blur motions of a pixel or two a frame where clips are few.)
/// </summary>
internal static class EvenFrames
{
    /// <summary>Which frames.</summary>
    /// <param name="count">Frames that there are, at least <paramref name="frames"/>.</param>
    /// <param name="frames">Frames wanted.</param>
    /// <param name="random">Makes the one draw.</param>
    /// <returns>Ascending.</returns>
    public static int[] Draw(int count, int frames, Random random)
    {
        double step = (double)count / frames, first = step * random.NextDouble();
        return [.. Enumerable.Range(0, frames).Select(frame => Math.Min(count - 1, (int)(first + frame * step)))];
    }

    /// <summary>The clip with these frames only; as it is if it has no more than are wanted.</summary>
    public static VideoClip Draw(VideoClip clip, int frames, Random random)
    {
        if (clip.Frames <= frames) return clip;
        int[] drawn = Draw(clip.Frames, frames, random);
        return new VideoClip(clip.Path, clip.Height, clip.Width, Array.ConvertAll(drawn, clip.FrameMemory), Array.ConvertAll(drawn, frame => clip.Indices[frame]), Array.ConvertAll(drawn, frame => clip.Times[frame]), clip.Gaps);
    }
}
