namespace Microsoft.ML.VideoMamba.Video.Sampling;

/// <summary>
/// Something-Something V2 read from folders of frames: one frame from each of T equal segments, test clip k of K at k / K of them. A video shorter than
/// the clip gives its first frame again and again, then all frames.
/// </summary>
/// <remarks>ssv2.py, SSRawFrameClsDataset.load_frame. Frame 0 is the file with number 1.</remarks>
/// <param name="frames">Frames of a clip, at least 1.</param>
public sealed class Ssv2FrameSampler(int frames) : FrameSampler(frames)
{
    private protected override int[] PickTraining(VideoLength video, FrameDraw draw) => PickSegments(video.Frames, segment => draw(0, segment - 1));

    private protected override int[] PickValidation(VideoLength video) => PickSegments(video.Frames, segment => segment / 2);

    private protected override int[] PickTest(VideoLength video, int clip, int clips)
    {
        double tick = (double)video.Frames / Frames;
        var all = from t in Enumerable.Range(0, clips) from x in Enumerable.Range(0, Frames) select (int)(t * tick / clips + tick * x);
        int[] sorted = [.. all.Order()];
        return [.. Enumerable.Range(0, Frames).Select(x => sorted[clips * x + clip])];
    }

    private int[] PickSegments(int length, Func<int, int> offset)
    {
        int segment = length / Frames;
        var picked = new int[Frames];
        for (int x = 0; x < Frames; x++) picked[x] = segment > 0 ? segment * x + offset(segment) : Math.Max(x - (Frames - length), 0);
        return picked;
    }
}
