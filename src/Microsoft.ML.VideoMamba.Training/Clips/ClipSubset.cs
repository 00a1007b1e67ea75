using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Clips;

/// <summary>Some clips of a set.</summary>
/// <param name="clips">The set.</param>
/// <param name="indices">Which of its clips, in the order in which they count here.</param>
public sealed class ClipSubset(ITrainingClips clips, IReadOnlyList<int> indices) : ITrainingClips
{
    /// <inheritdoc/>
    public int Count => indices.Count;

    /// <inheritdoc/>
    public TrainingLabel LabelOf(int index) => clips.LabelOf(indices[index]);

    /// <inheritdoc/>
    public VideoClip ReadClip(int index) => clips.ReadClip(indices[index]);
}
