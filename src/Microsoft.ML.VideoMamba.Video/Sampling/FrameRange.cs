namespace Microsoft.ML.VideoMamba.Video.Sampling;

/// <summary>A stretch of a video.</summary>
/// <param name="First">The first frame's number.</param>
/// <param name="Last">The last frame's number, included.</param>
public readonly record struct FrameRange(int First, int Last)
{
    /// <summary>The whole of a video.</summary>
    /// <param name="length">Its number of frames, at least 1.</param>
    public static FrameRange Whole(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return new FrameRange(0, length - 1);
    }

    /// <summary>Windows that slide over a video and cover every frame: the last one is moved back to end with the video.</summary>
    /// <param name="length">The video's number of frames, at least 1.</param>
    /// <param name="window">Frames of a window, at least 1. A shorter video gives one window, the whole of it.</param>
    /// <param name="stride">Frames from one window's start to the next one's, 1 to <paramref name="window"/>.</param>
    /// <returns>The windows in order.</returns>
    public static IReadOnlyList<FrameRange> Slide(int length, int window, int stride)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stride, window);
        if (length <= window) return [Whole(length)];

        var windows = new List<FrameRange>();
        int start = 0;
        for (; start + window < length; start += stride) windows.Add(new FrameRange(start, start + window - 1));
        windows.Add(new FrameRange(length - window, length - 1));
        return windows;
    }
}
