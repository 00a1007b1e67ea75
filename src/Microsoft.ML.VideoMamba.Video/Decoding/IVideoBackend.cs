namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>A library that decodes video files.</summary>
internal interface IVideoBackend
{
    /// <summary>The library and its version. Loads it.</summary>
    string Description { get; }

    /// <summary>Opens a video file at its first frame.</summary>
    /// <param name="name">What messages call the file.</param>
    /// <param name="path">Its full path; it exists and is not empty.</param>
    /// <param name="options">Checked options.</param>
    IVideoDecoder Open(string name, string path, VideoDecoderOptions options);
}
