using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba;

/// <summary>
/// The type of a column of clips (<see cref="VideoClip"/>). A clip is immutable and holds managed memory only, so the column can be cached, shuffled and
/// split. A missing clip (one that could not be read) is null. The type has no binary codec: SaveAsBinary leaves the column out.
/// </summary>
public sealed class VideoDataViewType : PrimitiveDataViewType
{
    private VideoDataViewType()
        : base(typeof(VideoClip))
    {
    }

    /// <summary>The one instance.</summary>
    public static VideoDataViewType Instance { get; } = new();

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) => other is VideoDataViewType;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is VideoDataViewType;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(VideoDataViewType).GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => "Video";
}
