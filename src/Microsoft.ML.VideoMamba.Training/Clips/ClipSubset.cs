using Microsoft.ML.VideoMamba.Kernels.Frames;
using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Training.Clips;

/// <summary>Some inputs of a set.</summary>
/// <param name="inputs">The set.</param>
/// <param name="indices">Which of its inputs, in the order in which they count here.</param>
public sealed class ClipSubset(ITrainingSet inputs, IReadOnlyList<int> indices) : ITrainingSet
{
    /// <inheritdoc/>
    public int Count => indices.Count;

    /// <inheritdoc/>
    public TrainingLabel LabelOf(int index) => inputs.LabelOf(indices[index]);

    /// <inheritdoc/>
    public string? IdOf(int index) => inputs.IdOf(indices[index]);

    /// <inheritdoc/>
    public void ReadAhead(int index) => inputs.ReadAhead(indices[index]);

    /// <inheritdoc/>
    public string Prepare(int index, ClipPreparation preparation, Random? random, Span<float> input) => inputs.Prepare(indices[index], preparation, random, input);

    /// <inheritdoc/>
    public bool HasFrames => inputs.HasFrames;

    /// <inheritdoc/>
    public (string Name, ResampledClip Clip) Plan(int index, ClipPreparation preparation, Random? random) => inputs.Plan(indices[index], preparation, random);
}
