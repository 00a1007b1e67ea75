namespace Microsoft.ML.VideoMamba.Video.Decoding.OpenCv;

/// <summary>OpenCV with the FFmpeg inside its own library.</summary>
internal sealed class OpenCvBackend : IVideoBackend
{
    public string Description => OpenCvRuntime.Load().Description;

    public IVideoDecoder Open(string name, string path, VideoDecoderOptions options) => new OpenCvVideoDecoder(name, path, options);
}
