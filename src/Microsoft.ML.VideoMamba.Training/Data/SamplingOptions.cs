using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>How clips are taken from videos.</summary>
public sealed record SamplingOptions
{
    /// <summary>How frames are chosen.</summary>
    public ClipSampling Sampling { get; init; }

    /// <summary>Frames of a clip, at least 1.</summary>
    public int Frames { get; init; } = 8;

    /// <summary>Frames from one to the next in <see cref="ClipSampling.Dense"/>, at least 1.</summary>
    public int Rate { get; init; } = 4;

    /// <summary>Seconds of a window in <see cref="ClipSampling.Windows"/>, above 0 (trimmed).</summary>
    public double WindowSeconds { get; init; } = 60;

    /// <summary>Seconds from one window to the next in <see cref="ClipSampling.Windows"/>, above 0 (time_stride).</summary>
    public double WindowStride { get; init; } = 16;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One is out of its range; the message names it.</exception>
    public void Validate()
    {
        Require(Enum.IsDefined(Sampling), nameof(Sampling), Sampling, "is no sampling");
        Require(Frames >= 1, nameof(Frames), Frames, "must be at least 1");
        Require(Rate >= 1, nameof(Rate), Rate, "must be at least 1");
        Require(WindowSeconds > 0 && double.IsFinite(WindowSeconds), nameof(WindowSeconds), WindowSeconds, "must be above 0");
        Require(WindowStride > 0 && double.IsFinite(WindowStride), nameof(WindowStride), WindowStride, "must be above 0");
    }

    /// <summary>The sampler of one clip.</summary>
    /// <param name="window">The clip's window; only <see cref="ClipSampling.Windows"/> has one.</param>
    internal FrameSampler Sampler(TimeWindow? window) => (Sampling, window) switch
    {
        (ClipSampling.Windows, { } stretch) => new WindowSampler(Frames, stretch),
        (ClipSampling.Dense, _) => new DenseSampler(Frames, Rate),
        (ClipSampling.Ssv2Videos, _) => new Ssv2VideoSampler(Frames),
        (ClipSampling.Ssv2Frames, _) => new Ssv2FrameSampler(Frames),
        _ => new SparseSampler(Frames),
    };

    /// <summary>The windows that a row gives: one without bounds, but for films.</summary>
    internal IEnumerable<TimeWindow?> WindowsOf(DataRow row) => Sampling == ClipSampling.Windows && row.Duration is { } duration
        ? TimeWindow.Slide(duration, WindowSeconds, WindowStride).Select(window => (TimeWindow?)window)
        : [null];

    private static void Require(bool holds, string name, object value, string rule)
    {
        if (!holds) throw new ArgumentException($"{name} {rule}; it is {value}.", name);
    }
}
