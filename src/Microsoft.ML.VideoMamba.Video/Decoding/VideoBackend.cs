namespace Microsoft.ML.VideoMamba.Video.Decoding;

/// <summary>Which library decodes videos.</summary>
public enum VideoBackend
{
    /// <summary>What <c>VIDEOMAMBA_VIDEO_BACKEND</c> names, or else the best one that loads on this machine.</summary>
    Auto,

    /// <summary>OpenCV with the FFmpeg that is linked into its NuGet package: needs nothing installed; knows no AV1.</summary>
    OpenCv,
}
