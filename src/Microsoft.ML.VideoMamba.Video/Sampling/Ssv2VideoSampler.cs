namespace Microsoft.ML.VideoMamba.Video.Sampling;

/// <summary>
/// Something-Something V2 read from videos: one frame from each of T equal segments. Test has two clips: the segments' starts and middles, merged, of which
/// each clip takes every second one. Training never draws the last (length mod T) frames, and takes frame 0 throughout if the video is shorter than the clip.
/// </summary>
/// <remarks>ssv2.py, SSVideoClsDataset.loadvideo_decord.</remarks>
/// <param name="frames">Frames of a clip, at least 1.</param>
public sealed class Ssv2VideoSampler(int frames) : FrameSampler(frames)
{
    private protected override int[] PickTraining(VideoLength video, FrameDraw draw)
    {
        int segment = video.Frames / Frames;
        var picked = new int[Frames];
        for (int x = 0; segment > 0 && x < Frames; x++) picked[x] = segment * x + draw(0, segment - 1);
        return picked;
    }

    private protected override int[] PickValidation(VideoLength video)
    {
        double tick = (double)video.Frames / Frames;
        return [.. Enumerable.Range(0, Frames).Select(x => (int)(tick / 2 + tick * x))];
    }

    private protected override int[] PickTest(VideoLength video, int clip, int clips)
    {
        if (clips > 2) throw new ArgumentOutOfRangeException(nameof(clips), clips, "SSv2 videos have two test clips.");
        double tick = (double)video.Frames / Frames;
        var starts = Enumerable.Range(0, Frames).Select(x => (int)(tick * x));
        int[] all = [.. starts.Concat(PickValidation(video)).Order()];
        return [.. Enumerable.Range(0, Frames).Select(x => all[2 * x + clip])];
    }
}
