namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

/// <summary>The machine's own FFmpeg libraries.</summary>
internal sealed class FFmpegBackend : IVideoBackend
{
    public string Description => LibavLibraries.Load().Description;

    public IVideoDecoder Open(VideoSource source, VideoDecoderOptions options, CancellationToken cancellation) =>
        new FFmpegVideoDecoder(source, options, LibavLibraries.Load(), cancellation);
}
