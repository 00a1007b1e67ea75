using Microsoft.ML.VideoMamba.Training.Schedules;

namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>How long a recipe trains, how much at a time, and at which learning rates.</summary>
public sealed record RecipeSchedule
{
    /// <summary>Passes over the training set.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Videos or images of a step, over all devices and accumulated batches. Under repeated augmentation each video may give several clips.</summary>
    public int StepSize { get; init; } = 256;

    /// <summary>How the rates follow the clips of a step.</summary>
    public RateRule RateRule { get; init; }

    /// <summary>Learning rate after the warm-up.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Learning rate that the cosine falls to.</summary>
    public double MinLearningRate { get; init; } = 1e-6;

    /// <summary>Learning rate that the warm-up rises from.</summary>
    public double WarmupLearningRate { get; init; } = 1e-6;

    /// <summary>Epochs of the warm-up.</summary>
    public double WarmupEpochs { get; init; } = 5;

    /// <summary>Splits a step into equal batches, as large as may be, that make it exactly.</summary>
    /// <param name="most">Most clips of a batch, at least 1.</param>
    /// <returns>Clips of a batch, and batches of a step.</returns>
    public (int Size, int Count) BatchesOf(int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        int size = Math.Min(most, StepSize);
        while (StepSize % size != 0) size--;
        return (size, StepSize / size);
    }

    /// <summary>A rate as it holds for steps of another size.</summary>
    /// <param name="rate">The recipe's.</param>
    /// <param name="isBase">Whether it is the one after the warm-up.</param>
    /// <param name="videos">Videos or images of a step.</param>
    /// <param name="samples">Clips of each video in a step.</param>
    internal double Scaled(double rate, bool isBase, int videos, int samples) => RateRule switch
    {
        RateRule.Video => LearningRateScaling.Video(rate, videos, samples: samples),
        RateRule.Image when isBase => LearningRateScaling.Image(rate, videos),
        _ => rate,
    };
}
