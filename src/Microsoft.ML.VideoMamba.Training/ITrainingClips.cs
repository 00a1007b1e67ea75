using Microsoft.ML.VideoMamba.Kernels.Frames;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training;

/// <summary>A set of labelled clips.</summary>
public interface ITrainingClips : ITrainingSet
{
    /// <summary>
    /// The frames of a clip, decoded when asked for; a set that is walked many times should keep them (<see cref="Clips.ClipCache"/>). As many frames as the
    /// network takes are taken as they are; out of more, each epoch draws others.
    /// </summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="VideoException">The clip cannot be read.</exception>
    VideoClip ReadClip(int index);

    /// <inheritdoc/>
    string ITrainingSet.Prepare(int index, ClipPreparation preparation, Random? random, Span<float> input)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        return preparation.Prepare(ReadClip(index), random, input);
    }

    /// <inheritdoc/>
    bool ITrainingSet.HasFrames => true;

    /// <inheritdoc/>
    (string Name, ResampledClip Clip) ITrainingSet.Plan(int index, ClipPreparation preparation, Random? random)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        var clip = ReadClip(index);
        return (clip.Path, preparation.Plan(clip, random));
    }
}
