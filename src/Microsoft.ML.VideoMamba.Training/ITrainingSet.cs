using Microsoft.ML.VideoMamba.Kernels.Frames;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training;

/// <summary>A set of labelled inputs. An index means the same one as long as the set lives; members are called from several threads at once.</summary>
public interface ITrainingSet
{
    /// <summary>Number of inputs.</summary>
    int Count { get; }

    /// <summary>The label of an input, known without reading it.</summary>
    /// <param name="index">From 0.</param>
    TrainingLabel LabelOf(int index);

    /// <summary>What tells an input from others of its label, such as its file's name, known without reading it; null where there is nothing.</summary>
    /// <param name="index">From 0.</param>
    string? IdOf(int index) => null;

    /// <summary>Reads an input ahead of its first use, if the set keeps what it reads; else it does nothing.</summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="VideoException">It cannot be read.</exception>
    void ReadAhead(int index)
    {
    }

    /// <summary>Writes a network's input.</summary>
    /// <param name="index">From 0.</param>
    /// <param name="preparation">What the network takes, and how clips are changed to learn from.</param>
    /// <param name="random">Makes all draws; null to write the input as evaluated.</param>
    /// <param name="input">Exactly <see cref="ClipPreparation.InputLength"/> floats, filled as (3, frames, height, width).</param>
    /// <returns>The name that messages call it.</returns>
    /// <exception cref="VideoException">It cannot be read.</exception>
    string Prepare(int index, ClipPreparation preparation, Random? random, Span<float> input);

    /// <summary>Whether inputs are made of decoded frames, so that <see cref="Plan"/> can hand these on to a card that makes them itself.</summary>
    bool HasFrames => false;

    /// <summary>Says how an input is made of decoded frames: what <see cref="Prepare"/> makes, of the same draws.</summary>
    /// <param name="index">From 0.</param>
    /// <param name="preparation">What the network takes, and how clips are changed to learn from.</param>
    /// <param name="random">Makes all draws; null to prepare the input as evaluated.</param>
    /// <returns>The name that messages call it, and the plan.</returns>
    /// <exception cref="VideoException">It cannot be read.</exception>
    /// <exception cref="NotSupportedException"><see cref="HasFrames"/> says no.</exception>
    (string Name, ResampledClip Clip) Plan(int index, ClipPreparation preparation, Random? random) => throw new NotSupportedException("This set's inputs are not made of frames.");
}
