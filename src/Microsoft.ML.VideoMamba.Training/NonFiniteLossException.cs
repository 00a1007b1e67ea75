namespace Microsoft.ML.VideoMamba.Training;

/// <summary>A loss became infinite or not a number: the batch was not learned from.</summary>
/// <param name="loss">The loss.</param>
/// <param name="epoch">The epoch, from 1.</param>
/// <param name="step">The step over all epochs, from 1.</param>
/// <param name="learningRate">The step's rate.</param>
/// <param name="clips">Names of the batch's clips.</param>
/// <param name="bestSoFar">The best finished epoch, or null.</param>
public sealed class NonFiniteLossException(double loss, int epoch, int step, double learningRate, IReadOnlyList<string> clips, TrainingResult? bestSoFar)
    : TrainingException(
        $"The loss became {loss} in epoch {epoch}, step {step}, at learning rate {learningRate:G3}. Lower the rate or the gradient clip. The batch: {string.Join(", ", clips)}.", bestSoFar)
{
    /// <summary>The loss.</summary>
    public double Loss { get; } = loss;

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; } = epoch;

    /// <summary>The step over all epochs, from 1.</summary>
    public int Step { get; } = step;

    /// <summary>Names of the batch's clips.</summary>
    public IReadOnlyList<string> Clips { get; } = clips;
}
