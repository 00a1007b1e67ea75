namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>Which library decodes videos.</summary>
public enum VideoBackend
{
    /// <summary>What <c>VIDEOMAMBA_VIDEO_BACKEND</c> names; else <see cref="FFmpeg"/> where it loads and <see cref="OpenCv"/> where it does not.</summary>
    Auto,

    /// <summary>OpenCV with the FFmpeg that is linked into its NuGet package: needs nothing installed; knows no AV1.</summary>
    OpenCv,

    /// <summary>The FFmpeg libraries that are installed on the machine (FFmpeg 4 to 9): two to five times faster, every codec that they know, true times and colours.</summary>
    FFmpeg,

    /// <summary>
    /// The installed ffmpeg program, in a process of its own for each file: for files that one does not trust. Never taken by <see cref="Auto"/>.
    /// </summary>
    FFmpegPipe,
}
