using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba;

/// <summary>Marks a property of type <see cref="VideoClip"/> in a class of input or output rows: <c>[VideoType] public VideoClip Video { get; set; }</c>.</summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public sealed class VideoTypeAttribute : DataViewTypeAttribute
{
    /// <inheritdoc/>
    public override bool Equals(DataViewTypeAttribute? other) => other is VideoTypeAttribute;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is VideoTypeAttribute;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(VideoTypeAttribute).GetHashCode();

    /// <inheritdoc/>
    public override void Register() => DataViewTypeManager.Register(VideoDataViewType.Instance, typeof(VideoClip), this);
}
