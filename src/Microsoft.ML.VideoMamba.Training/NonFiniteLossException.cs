namespace Microsoft.ML.VideoMamba.Training;

/// <summary>A loss, or the norm of its gradients, became infinite or not a number: the batch was not learned from.</summary>
/// <param name="what">Loss or norm.</param>
/// <param name="value">Its value.</param>
/// <param name="epoch">The epoch, from 1.</param>
/// <param name="step">The step over all epochs, from 1.</param>
/// <param name="learningRate">The step's rate.</param>
/// <param name="clips">Names of the step's clips.</param>
/// <param name="bestSoFar">The best finished epoch, or null.</param>
public sealed class NonFiniteLossException(string what, double value, int epoch, int step, double learningRate, IReadOnlyList<string> clips, TrainingResult? bestSoFar)
    : TrainingException(
        $"The {what} became {value} in epoch {epoch}, step {step}, at learning rate {learningRate:G3}. Lower the rate or the gradient clip, or look at the step's clips: {string.Join(", ", clips)}.", bestSoFar)
{
    /// <summary>The loss or norm.</summary>
    public double Value { get; } = value;

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; } = epoch;

    /// <summary>The step over all epochs, from 1.</summary>
    public int Step { get; } = step;

    /// <summary>Names of the step's clips.</summary>
    public IReadOnlyList<string> Clips { get; } = [.. clips];
}
