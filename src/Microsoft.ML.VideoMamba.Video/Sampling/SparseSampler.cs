namespace Microsoft.ML.VideoMamba.Video.Sampling;

/// <summary>
/// One frame from each of T equal segments of the whole video, or of a stretch of it. Training draws anywhere in a segment, ends included (a frame may
/// come twice); test clip k of K lies at (k + 1) / (K + 1) of the segments, validation in their middle.
/// </summary>
/// <remarks>kinetics_sparse.py, VideoClsDataset_sparse._get_seq_frames.</remarks>
/// <param name="frames">Frames of a clip, at least 1.</param>
public sealed class SparseSampler(int frames) : FrameSampler(frames)
{
    /// <summary>A training clip out of a stretch of a video.</summary>
    /// <param name="range">The stretch.</param>
    /// <param name="draw">Makes each random choice.</param>
    public int[] Training(FrameRange range, FrameDraw draw)
    {
        ArgumentNullException.ThrowIfNull(draw);
        double segment = Segment(range);
        return Pick(range, i => draw(range.First + Rounded(segment * i), range.First + Rounded(segment * (i + 1))));
    }

    /// <summary>A training clip out of a stretch of a video, drawn from a random generator.</summary>
    /// <param name="range">The stretch.</param>
    /// <param name="random">The generator.</param>
    public int[] Training(FrameRange range, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return Training(range, (low, high) => random.Next(low, high + 1));
    }

    /// <summary>The validation clip of a stretch of a video.</summary>
    /// <param name="range">The stretch.</param>
    public int[] Validation(FrameRange range) => Test(range, 0, 1);

    /// <summary>One of several test clips of a stretch of a video.</summary>
    /// <param name="range">The stretch.</param>
    /// <param name="clip">Which clip, 0 to <paramref name="clips"/> - 1.</param>
    /// <param name="clips">How many clips, at least 1.</param>
    public int[] Test(FrameRange range, int clip, int clips)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clips, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(clip);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(clip, clips);
        double segment = Segment(range);
        int offset = (int)(segment / (clips + 1) * (clip + 1));
        return Pick(range, i => range.First + Rounded(segment * i) + offset);
    }

    private protected override int[] PickTraining(VideoLength video, FrameDraw draw) => Training(FrameRange.Whole(video.Frames), draw);

    private protected override int[] PickValidation(VideoLength video) => Validation(FrameRange.Whole(video.Frames));

    private protected override int[] PickTest(VideoLength video, int clip, int clips) => Test(FrameRange.Whole(video.Frames), clip, clips);

    private static int Rounded(double value) => (int)Math.Round(value, MidpointRounding.ToEven);

    private double Segment(FrameRange range)
    {
        if (range.First < 0 || range.Last < range.First) throw new ArgumentOutOfRangeException(nameof(range), range, "A stretch needs 0 <= First <= Last.");
        return (double)(range.Last - range.First) / Frames;
    }

    private int[] Pick(FrameRange range, Func<int, int> frame)
    {
        var picked = new int[Frames];
        for (int i = 0; i < picked.Length; i++) picked[i] = Math.Min(frame(i), range.Last);
        return picked;
    }
}
