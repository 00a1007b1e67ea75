using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Clips;

/// <summary>Labelled clips that are in memory already.</summary>
/// <param name="clips">The clips and their labels.</param>
public sealed class ClipList(IReadOnlyList<(VideoClip Clip, TrainingLabel Label)> clips) : ITrainingClips
{
    /// <inheritdoc/>
    public int Count => clips.Count;

    /// <inheritdoc/>
    public TrainingLabel LabelOf(int index) => clips[index].Label;

    /// <inheritdoc/>
    public VideoClip ReadClip(int index) => clips[index].Clip;
}
