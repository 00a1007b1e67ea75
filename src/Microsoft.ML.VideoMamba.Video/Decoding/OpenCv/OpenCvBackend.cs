namespace Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;

/// <summary>OpenCV with the FFmpeg inside its own library.</summary>
internal sealed class OpenCvBackend : IVideoBackend
{
    public string Description => OpenCvRuntime.Load().Description;

    public IVideoDecoder Open(VideoSource source, VideoDecoderOptions options, CancellationToken cancellation) =>
        TemporaryVideoFile.Open(source, path => new OpenCvVideoDecoder(source, path, options, cancellation));
}
