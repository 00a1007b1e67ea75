namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>A library that decodes video files.</summary>
internal interface IVideoBackend
{
    /// <summary>The library and its version. Loads it.</summary>
    /// <exception cref="DllNotFoundException">It is not on this machine; the message says what to install.</exception>
    string Description { get; }

    /// <summary>Opens a video at its first frame.</summary>
    /// <param name="source">A file that exists and is not empty, or content that is not empty.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="cancellation">Ends the decoding between two packets.</param>
    IVideoDecoder Open(VideoSource source, VideoDecoderOptions options, CancellationToken cancellation);
}
