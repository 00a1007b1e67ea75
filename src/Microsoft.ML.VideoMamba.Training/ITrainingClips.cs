using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training;

/// <summary>A set of labelled clips. An index means the same clip as long as the set lives; members are called from several threads at once.</summary>
public interface ITrainingClips
{
    /// <summary>Number of clips.</summary>
    int Count { get; }

    /// <summary>The label of a clip, known without decoding it.</summary>
    /// <param name="index">From 0.</param>
    TrainingLabel LabelOf(int index);

    /// <summary>
    /// The frames of a clip, decoded when asked for; a set that is walked many times should keep them (<see cref="Clips.ClipCache"/>). As many frames as the
    /// network takes are taken as they are; out of more, each epoch draws others.
    /// </summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="VideoException">The clip cannot be read.</exception>
    VideoClip ReadClip(int index);
}
