using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>A row of a path.</summary>
public class PathRow
{
    public string Path { get; set; } = "";
}

/// <summary>A row of a clip in memory.</summary>
public class ClipRow
{
    [VideoType]
    public VideoClip? Video { get; set; }
}

/// <summary>A clip in memory and its class.</summary>
public sealed class LabeledClipRow : ClipRow
{
    public string Label { get; set; } = "";
}

/// <summary>A clip in memory and a number.</summary>
public sealed class NumberedClipRow : ClipRow
{
    public float Label { get; set; }
}

/// <summary>A video file's content.</summary>
public sealed class ContentRow
{
    [VectorType]
    public byte[] Content { get; set; } = [];
}

/// <summary>What a row of pixels is read into.</summary>
public sealed class PixelRow
{
    public float[] Pixels { get; set; } = [];
}
