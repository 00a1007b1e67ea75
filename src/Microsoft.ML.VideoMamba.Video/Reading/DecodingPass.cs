using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Video.Reading;

/// <summary>One run through a video that keeps the wanted frames and every frame's time.</summary>
internal sealed class DecodingPass
{
    private readonly Dictionary<int, ReadOnlyMemory<byte>> _frames = [];
    private IReadOnlyList<double> _times = [];

    private DecodingPass(IVideoDecoder decoder) =>
        Info = new VideoInfo(decoder.Name, 0, decoder.Width, decoder.Height, decoder.FramesPerSecond, decoder.Rotation, decoder.Codec, 0, 0, decoder.Backend);

    /// <summary>What is known of the video; the whole of it if the pass went to the end.</summary>
    public VideoInfo Info { get; private set; }

    /// <summary>The frames of each clip that were chosen when the pass began.</summary>
    public IReadOnlyList<int[]>? Choice { get; private init; }

    /// <summary>How many frames the pass decoded, or knew of.</summary>
    public int Decoded => _times.Count;

    /// <summary>Keeps frames that are known beforehand; null keeps all.</summary>
    public static DecodingPass Run(VideoSource source, IReadOnlyList<int>? wanted, bool toTheEnd, VideoDecoderOptions? options, CancellationToken cancellation) =>
        Run(source, _ => null, wanted, toTheEnd, options, cancellation);

    /// <summary>Keeps the frames of clips that are chosen when the video is open; null only counts.</summary>
    public static DecodingPass Run(
        VideoSource source, Func<IVideoDecoder, IReadOnlyList<int[]>?> choose, bool toTheEnd, VideoDecoderOptions? options, CancellationToken cancellation) =>
        Run(source, choose, [], toTheEnd, options, cancellation);

    /// <summary>A clip of frames that the pass kept.</summary>
    public VideoClip Clip(IReadOnlyList<int> indices) => new(
        Info.Name, Info.Height, Info.Width, [.. indices.Select(index => _frames[index])], indices, [.. indices.Select(index => _times[index])], Info.Gaps);

    private static DecodingPass Run(
        VideoSource source, Func<IVideoDecoder, IReadOnlyList<int[]>?> choose, IReadOnlyList<int>? wanted, bool toTheEnd, VideoDecoderOptions? options, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            using var decoder = VideoDecoder.Open(source, options, cancellation);
            var choice = choose(decoder);
            var pass = new DecodingPass(decoder) { Choice = choice };
            if (choice is not null) wanted = [.. choice.SelectMany(clip => clip)];
            if (decoder.KnownTimes is not { } times || wanted is null or [])
            {
                pass.Decode(decoder, wanted?.ToHashSet(), toTheEnd, cancellation);
                return pass;
            }

            if (pass.Pick(decoder, wanted, times, cancellation)) return pass;
        }
    }

    /// <summary>Goes through the frames one by one.</summary>
    private void Decode(IVideoDecoder decoder, HashSet<int>? wanted, bool toTheEnd, CancellationToken cancellation)
    {
        int last = toTheEnd || wanted is null ? int.MaxValue : wanted.Max();
        var timestamps = new List<double>();
        while (decoder.Position < last && decoder.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            timestamps.Add(decoder.Timestamp);
            if (wanted is null || wanted.Contains(decoder.Position)) _frames.Add(decoder.Position, Convert(decoder));
        }

        Finish(decoder, FrameTimes.Mend(timestamps, decoder.FramesPerSecond));
    }

    /// <summary>Goes from one wanted frame to the next in a video whose frames are all known.</summary>
    /// <returns>Whether they were where they should be.</returns>
    private bool Pick(IVideoDecoder decoder, IReadOnlyList<int> wanted, IReadOnlyList<double> times, CancellationToken cancellation)
    {
        foreach (int index in wanted.Where(index => index < times.Count).Distinct().Order())
        {
            cancellation.ThrowIfCancellationRequested();
            if (!decoder.MoveTo(index)) return false;
            _frames.Add(index, Convert(decoder));
        }

        Finish(decoder, times);
        return true;
    }

    private void Finish(IVideoDecoder decoder, IReadOnlyList<double> times)
    {
        _times = times;
        double duration = decoder.FramesPerSecond > 0 ? times[^1] + 1 / decoder.FramesPerSecond : 0;
        Info = Info with { Frames = Decoded, Gaps = decoder.Gaps, Duration = duration };
    }

    private static byte[] Convert(IVideoDecoder decoder)
    {
        byte[] rgb = GC.AllocateUninitializedArray<byte>(checked(decoder.Height * decoder.Width * 3));
        decoder.CopyTo(rgb);
        return rgb;
    }
}
