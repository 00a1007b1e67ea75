namespace Microsoft.ML.VideoMamba.Video.Sampling;

/// <summary>
/// Frames at a fixed distance inside one window of T * rate frames; a shorter video is used whole, its last frame repeated.
/// </summary>
/// <remarks>
/// kinetics.py, VideoClsDataset.loadvideo_decord. As there, the validation window ends at (length - window) / 2 and is not centred; where that would
/// start before the video (length below 3 windows; the original asks its decoder for negative frames) the window is the video's beginning here.
/// One test clip alone (the original divides by zero) is the centred window.
/// </remarks>
public sealed class DenseSampler : FrameSampler
{
    /// <summary>Sets the window.</summary>
    /// <param name="frames">Frames of a clip, at least 1.</param>
    /// <param name="rate">Frames from one to the next, at least 1.</param>
    public DenseSampler(int frames, int rate)
        : base(frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, int.MaxValue / frames);
        Rate = rate;
    }

    /// <summary>Frames from one to the next.</summary>
    public int Rate { get; }

    private int Window => Frames * Rate;

    private protected override int[] PickTraining(VideoLength video, FrameDraw draw) =>
        video.Frames <= Window ? PickShort(video.Frames) : PickWindow(draw(Window, video.Frames - 1));

    private protected override int[] PickValidation(VideoLength video) =>
        video.Frames <= Window ? PickShort(video.Frames) : PickWindow(Math.Max((video.Frames - Window) / 2, Window));

    private protected override int[] PickTest(VideoLength video, int clip, int clips)
    {
        double spare = Math.Max(video.Frames - Window, 0);
        int start = clips == 1 ? (int)(spare / 2) : (int)(clip * (spare / (clips - 1)));
        int last = start + (Math.Min(Window, video.Frames - start) - 1) / Rate * Rate;
        return Pick(i => Math.Min(start + i * Rate, last));
    }

    private int[] PickWindow(int end)
    {
        int start = end - Window;
        return Pick(i => (int)Math.Clamp(Spaced(start, end, i, Frames), start, end - 1));
    }

    private int[] PickShort(int length)
    {
        int spaced = length / Rate;
        return Pick(i => i < spaced ? (int)Math.Min(Spaced(0, length, i, spaced), length - 1) : length - 1);
    }

    /// <summary>Number i of <paramref name="count"/> equally spaced ones from start to end, both included.</summary>
    private static double Spaced(double start, double end, int i, int count)
    {
        if (count == 1) return start;
        return i == count - 1 ? end : i * ((end - start) / (count - 1)) + start;
    }

    private int[] Pick(Func<int, int> frame)
    {
        var picked = new int[Frames];
        for (int i = 0; i < picked.Length; i++) picked[i] = frame(i);
        return picked;
    }
}
