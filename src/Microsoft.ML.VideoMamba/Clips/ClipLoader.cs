using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Interop;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Decoding;
using Microsoft.ML.VideoMamba.Video.Reading;
using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Clips;

/// <summary>Reads one clip of a video as the options say, and counts those that cannot be read. May be called from several threads.</summary>
internal sealed class ClipLoader
{
    private const int SubstituteSide = 224;

    private static int s_listens;

    private readonly IHost _host;
    private readonly VideoFrameLoader.Options _options;
    private readonly FrameSampler _sampler;
    private readonly VideoDecoderOptions _decoder;
    private int _failures;

    public ClipLoader(IHost host, VideoFrameLoader.Options options)
    {
        (_host, _options) = (host, options);
        _sampler = options.Sampling == FrameSampling.Dense ? new DenseSampler(options.Frames, options.SamplingRate) : new SparseSampler(options.Frames);
        _decoder = new VideoDecoderOptions { MaxPixels = options.MaxPixels, MaxShortSide = options.MaxShortSide };
        if (Interlocked.Exchange(ref s_listens, 1) == 0) VideoDecoder.OnAutomaticChoice(SayBackend);
    }

    public int Failures => _failures;

    public VideoClip? Load(string path, int threads, CancellationToken cancellation)
    {
        if (path.Length == 0) return Failed(new VideoException("(no path)", "open", "the row's path is empty"));
        return Load(VideoSource.FromPath(_options.Folder is null ? path : Path.Combine(_options.Folder, path)), threads, cancellation);
    }

    /// <summary>Reads a clip.</summary>
    /// <param name="source">The video.</param>
    /// <param name="threads">Threads to decode it with.</param>
    /// <param name="cancellation">Ends the reading within a frame.</param>
    /// <returns>The clip; null for one that is missing by the failure policy.</returns>
    public VideoClip? Load(VideoSource source, int threads, CancellationToken cancellation)
    {
        MLNet.ThrowIfCancelled(_host);
        try
        {
            return VideoReader.Read(source, _sampler.Validation, _decoder with { Threads = threads }, cancellation);
        }
        catch (VideoException error)
        {
            return Failed(error);
        }
    }

    /// <summary>Once for the process, in the log of whoever reads first.</summary>
    private void SayBackend(string line)
    {
        using var channel = _host.Start("Reading videos");
        channel.Info(MessageSensitivity.None, line);
    }

    private VideoClip? Failed(VideoException error)
    {
        int failures = Interlocked.Increment(ref _failures);
        if (_options.OnFailure == FailurePolicy.Throw) throw error;

        using var channel = _host.Start("Reading videos");
        channel.Warning(MessageSensitivity.UserData, "{0} ({1} so far could not be read)", error.Message, failures);
        return _options.OnFailure == FailurePolicy.Substitute ? BlackClip(error.Path) : null;
    }

    private VideoClip BlackClip(string path)
    {
        int side = _options.MaxShortSide > 0 ? _options.MaxShortSide : SubstituteSide;
        byte[] black = new byte[side * side * 3];
        return new VideoClip(path, side, side, [.. Enumerable.Repeat<ReadOnlyMemory<byte>>(black, _options.Frames)]);
    }
}
