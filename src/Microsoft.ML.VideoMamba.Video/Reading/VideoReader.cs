using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Video.Reading;

/// <summary>Reads what is wanted of one video: facts, chosen frames, or clips that a sampler chooses.</summary>
public static class VideoReader
{
    /// <summary>Decodes all frames to count them.</summary>
    /// <param name="source">The video.</param>
    /// <param name="options">How to decode.</param>
    /// <param name="cancellation">Ends the reading between two frames.</param>
    /// <exception cref="VideoException">The source cannot be read.</exception>
    public static VideoInfo Probe(VideoSource source, VideoDecoderOptions? options = null, CancellationToken cancellation = default)
    {
        var pass = DecodingPass.Run(source, wanted: [], toTheEnd: true, options, cancellation);
        FrameCounts.Remember(source, pass.Decoded);
        return pass.Info;
    }

    /// <summary>Reads frames by their numbers. Decoding stops behind the last one.</summary>
    /// <param name="source">The video.</param>
    /// <param name="indices">Frame numbers from 0, in any order, repeats allowed; at least one.</param>
    /// <param name="options">How to decode.</param>
    /// <param name="cancellation">Ends the reading between two frames.</param>
    /// <returns>One frame for each index, in their order.</returns>
    /// <exception cref="VideoException">The source cannot be read, or has no such frame.</exception>
    public static VideoClip Read(VideoSource source, IReadOnlyList<int> indices, VideoDecoderOptions? options = null, CancellationToken cancellation = default)
    {
        CheckIndices(indices);
        var pass = DecodingPass.Run(source, indices, toTheEnd: false, options, cancellation);
        int beyond = indices.Max();
        if (beyond >= pass.Decoded) throw new VideoException(source.Name, "decode", $"frame {beyond} was asked for, but there are {pass.Decoded} frames");
        return pass.Clip(indices);
    }

    /// <summary>Reads every frame.</summary>
    /// <param name="source">The video. All its frames will be in memory at once.</param>
    /// <param name="options">How to decode.</param>
    /// <param name="cancellation">Ends the reading between two frames.</param>
    /// <exception cref="VideoException">The source cannot be read.</exception>
    public static VideoClip ReadAll(VideoSource source, VideoDecoderOptions? options = null, CancellationToken cancellation = default)
    {
        var pass = DecodingPass.Run(source, wanted: null, toTheEnd: true, options, cancellation);
        FrameCounts.Remember(source, pass.Decoded);
        return pass.Clip([.. Enumerable.Range(0, pass.Decoded)]);
    }

    /// <summary>Reads one clip.</summary>
    /// <param name="source">The video.</param>
    /// <param name="pick">Chooses frame numbers when the length is known.</param>
    /// <param name="options">How to decode.</param>
    /// <param name="cancellation">Ends the reading between two frames.</param>
    /// <exception cref="VideoException">The source cannot be read.</exception>
    public static VideoClip Read(VideoSource source, Func<VideoLength, int[]> pick, VideoDecoderOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(pick);
        return ReadClips(source, length => [pick(length)], options, cancellation)[0];
    }

    /// <summary>Reads several clips of one video, such as all its test clips. They share the frames that they have in common.</summary>
    /// <param name="source">The video.</param>
    /// <param name="pick">
    /// Chooses the frame numbers of each clip when the length is known. It may be called twice, with the header's count first and the decoded one
    /// after, and must answer the same for the same length.
    /// </param>
    /// <param name="options">How to decode.</param>
    /// <param name="cancellation">Ends the reading between two frames.</param>
    /// <returns>One clip for each choice, in their order.</returns>
    /// <exception cref="VideoException">The source cannot be read.</exception>
    public static IReadOnlyList<VideoClip> ReadClips(
        VideoSource source, Func<VideoLength, IReadOnlyList<int[]>> pick, VideoDecoderOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(pick);

        // Headers lie about counts, so a guess stands only if the same pass proves it; a wrong one costs a second pass with the true count.
        int? guess = FrameCounts.Recall(source);
        while (true)
        {
            var pass = DecodingPass.Run(source, Choose, toTheEnd: true, options, cancellation);
            FrameCounts.Remember(source, pass.Decoded);
            if (pass.Choice is { } choice && pass.Decoded == guess) return [.. choice.Select(pass.Clip)];
            guess = pass.Decoded;
        }

        IReadOnlyList<int[]>? Choose(IVideoDecoder decoder)
        {
            guess ??= decoder.FrameCountHint;
            if (guess is not { } length) return null;
            var choice = pick(new VideoLength(length, decoder.FramesPerSecond));
            foreach (int[] clip in choice) CheckIndices(clip, length);
            return choice;
        }
    }

    private static void CheckIndices(IReadOnlyList<int> indices, int length = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(indices);
        if (indices.Count == 0) throw new ArgumentException("At least one frame must be asked for.", nameof(indices));
        foreach (int index in indices)
        {
            if (index < 0 || index >= length) throw new ArgumentOutOfRangeException(nameof(indices), index, $"Frame numbers run from 0 to {length - 1L}.");
        }
    }
}
