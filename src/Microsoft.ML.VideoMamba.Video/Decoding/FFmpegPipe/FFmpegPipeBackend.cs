namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpegPipe;

/// <summary>The installed ffmpeg program, in a process of its own for each file: what a hostile file does to it, it does there.</summary>
internal sealed class FFmpegPipeBackend : IVideoBackend
{
    public string Description => FFmpegPrograms.Find().Description;

    public IVideoDecoder Open(VideoSource source, VideoDecoderOptions options, CancellationToken cancellation) =>
        TemporaryVideoFile.Open(source, path => new FFmpegPipeDecoder(source.Name, path, options, FFmpegPrograms.Find(), cancellation));
}
