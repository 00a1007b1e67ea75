namespace Microsoft.ML.VideoMamba.Video.Sampling;

/// <summary>
/// Chooses which frames of a video make a clip: at random for training, in the middle for validation, and several clips side by side for testing.
/// Frame numbers start at 0 and lie inside the video; short videos give frames more than once. Arithmetic is in double, as the original's is.
/// </summary>
public abstract class FrameSampler
{
    /// <summary>Sets the length of a clip.</summary>
    /// <param name="frames">Frames of a clip, at least 1.</param>
    protected FrameSampler(int frames)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        Frames = frames;
    }

    /// <summary>The number of frames of a clip, T.</summary>
    public int Frames { get; }

    /// <summary>A clip for training.</summary>
    /// <param name="video">The video's length.</param>
    /// <param name="draw">Makes each random choice.</param>
    /// <returns><see cref="Frames"/> frame numbers.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The video has no frame.</exception>
    public int[] Training(VideoLength video, FrameDraw draw)
    {
        ArgumentNullException.ThrowIfNull(draw);
        return PickTraining(Checked(video), draw);
    }

    /// <summary>A clip for training, drawn from a random generator: the same generator gives the same clip.</summary>
    /// <param name="video">The video's length.</param>
    /// <param name="random">The generator.</param>
    /// <returns><see cref="Frames"/> frame numbers.</returns>
    public int[] Training(VideoLength video, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return Training(video, (low, high) => random.Next(low, high + 1));
    }

    /// <summary>The one clip for validation.</summary>
    /// <param name="video">The video's length.</param>
    /// <returns><see cref="Frames"/> frame numbers.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The video has no frame.</exception>
    public int[] Validation(VideoLength video) => PickValidation(Checked(video));

    /// <summary>One of several clips for testing.</summary>
    /// <param name="video">The video's length.</param>
    /// <param name="clip">Which clip, 0 to <paramref name="clips"/> - 1.</param>
    /// <param name="clips">How many clips the video gives, at least 1.</param>
    /// <returns><see cref="Frames"/> frame numbers.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such clip, or the video has no frame.</exception>
    public int[] Test(VideoLength video, int clip, int clips)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clips, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(clip);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(clip, clips);
        return PickTest(Checked(video), clip, clips);
    }

    /// <summary>Chooses a training clip of a video that has frames.</summary>
    /// <param name="video">The video's length.</param>
    /// <param name="draw">Makes each random choice.</param>
    private protected abstract int[] PickTraining(VideoLength video, FrameDraw draw);

    /// <summary>Chooses the validation clip of a video that has frames.</summary>
    /// <param name="video">The video's length.</param>
    private protected abstract int[] PickValidation(VideoLength video);

    /// <summary>Chooses a test clip of a video that has frames.</summary>
    /// <param name="video">The video's length.</param>
    /// <param name="clip">Which clip.</param>
    /// <param name="clips">Of how many.</param>
    private protected abstract int[] PickTest(VideoLength video, int clip, int clips);

    private static VideoLength Checked(VideoLength video) =>
        video.Frames >= 1 ? video : throw new ArgumentOutOfRangeException(nameof(video), video.Frames, "A video needs at least one frame.");
}
