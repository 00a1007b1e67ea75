namespace Microsoft.ML.VideoMamba.Video.Sampling;

/// <summary>A stretch of a video in seconds.</summary>
/// <param name="Start">Its start.</param>
/// <param name="End">Its end.</param>
public readonly record struct TimeWindow(double Start, double End)
{
    /// <summary>
    /// The windows that the LVU benchmark cuts a film into. One that runs over the end is cut there and kept if at least half of it is left.
    /// </summary>
    /// <param name="duration">The film's length in seconds, above 0. A film shorter than a window is one window.</param>
    /// <param name="length">A window's length in seconds, above 0.</param>
    /// <param name="stride">Seconds from one window's start to the next one's, above 0.</param>
    /// <returns>The windows in order.</returns>
    /// <remarks>lvu.py, LVU.__init__.</remarks>
    public static IReadOnlyList<TimeWindow> Slide(double duration, double length = 60, double stride = 16)
    {
        ThrowIfNotPositive(duration, nameof(duration));
        ThrowIfNotPositive(length, nameof(length));
        ThrowIfNotPositive(stride, nameof(stride));
        if (duration < length) return [new TimeWindow(0, duration)];

        var windows = new List<TimeWindow>();
        for (int i = 0; i * stride < Math.Truncate(duration); i++)
        {
            double start = i * stride, end = start + length;
            if (end <= duration) windows.Add(new TimeWindow(start, end));
            else if (duration - start >= length / 2) windows.Add(new TimeWindow(start, duration));
        }

        return windows;
    }

    /// <summary>The frames of the window, at least one, all inside the video.</summary>
    /// <param name="video">The video's length; its frame rate must be known.</param>
    /// <exception cref="ArgumentOutOfRangeException">The frame rate is unknown, or there is no frame.</exception>
    public FrameRange ToFrames(VideoLength video)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(video.Frames, 1, nameof(video));
        if (!(video.FramesPerSecond > 0)) throw new ArgumentOutOfRangeException(nameof(video), video.FramesPerSecond, "A window in seconds needs the video's frame rate.");
        int last = video.Frames - 1;
        int first = (int)Math.Clamp(Math.Truncate(Start * video.FramesPerSecond), 0, last);
        return new FrameRange(first, (int)Math.Clamp(Math.Truncate(End * video.FramesPerSecond), first, last));
    }

    private static void ThrowIfNotPositive(double value, string name)
    {
        if (!(value > 0 && double.IsFinite(value))) throw new ArgumentOutOfRangeException(name, value, "A number of seconds above 0 is needed.");
    }
}
