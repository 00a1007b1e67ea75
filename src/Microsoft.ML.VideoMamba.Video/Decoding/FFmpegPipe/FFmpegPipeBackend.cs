namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpegPipe;

internal sealed class FFmpegPipeBackend : IVideoBackend
{
    public string Description => throw new DllNotFoundException();

    public IVideoDecoder Open(VideoSource source, VideoDecoderOptions options, CancellationToken cancellation) => throw new DllNotFoundException();
}
