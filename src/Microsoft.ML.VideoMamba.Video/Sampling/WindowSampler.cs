namespace Microsoft.ML.VideoMamba.Video.Sampling;

/// <summary>Sparse sampling inside a window in seconds, as for the clips that the LVU benchmark cuts films into (see <see cref="TimeWindow.Slide"/>).</summary>
/// <remarks>lvu.py, LVU.loadvideo_decord. The video's frame rate must be known.</remarks>
/// <param name="frames">Frames of a clip, at least 1.</param>
/// <param name="window">The window.</param>
public sealed class WindowSampler(int frames, TimeWindow window) : FrameSampler(frames)
{
    private readonly SparseSampler _sparse = new(frames);

    /// <summary>The window.</summary>
    public TimeWindow Window { get; } = window;

    private protected override int[] PickTraining(VideoLength video, FrameDraw draw) => _sparse.Training(Window.ToFrames(video), draw);

    private protected override int[] PickValidation(VideoLength video) => _sparse.Validation(Window.ToFrames(video));

    private protected override int[] PickTest(VideoLength video, int clip, int clips) => _sparse.Test(Window.ToFrames(video), clip, clips);
}
