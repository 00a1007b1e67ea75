using Microsoft.ML.VideoMamba.Training.Data;

namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>How a recipe chooses frames: <see cref="SamplingOptions"/> without the number of frames, which is the network's.</summary>
public sealed record RecipeSampling
{
    /// <summary>How frames are chosen.</summary>
    public ClipSampling Kind { get; init; }

    /// <summary>Frames from one to the next, dense sampling only.</summary>
    public int Rate { get; init; } = 4;

    /// <summary>Seconds of a window, windows only.</summary>
    public double WindowSeconds { get; init; } = 60;

    /// <summary>Seconds from one window to the next, windows only.</summary>
    public double WindowStride { get; init; } = 16;

    /// <summary>The sampling for a network.</summary>
    /// <param name="frames">The network's frames.</param>
    public SamplingOptions For(int frames) => new() { Sampling = Kind, Frames = frames, Rate = Rate, WindowSeconds = WindowSeconds, WindowStride = WindowStride };
}
