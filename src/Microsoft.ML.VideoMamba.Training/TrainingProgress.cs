namespace Microsoft.ML.VideoMamba.Training;

/// <summary>How far a training is; reported after each step.</summary>
/// <param name="Epoch">The epoch under way, from 1.</param>
/// <param name="Epochs">All epochs.</param>
/// <param name="Step">Steps done, over all epochs.</param>
/// <param name="Steps">All steps.</param>
/// <param name="Loss">Mean loss of the epoch so far.</param>
/// <param name="LearningRate">The rate of the last step.</param>
/// <param name="ClipsPerSecond">Training clips a second, in this epoch.</param>
/// <param name="Elapsed">Time since the start.</param>
/// <param name="Remaining">Time left, validations included, at the pace of this epoch and the one before.</param>
public sealed record TrainingProgress(int Epoch, int Epochs, int Step, int Steps, double Loss, double LearningRate, double ClipsPerSecond, TimeSpan Elapsed, TimeSpan Remaining)
{
    /// <summary>Mean loss of the step's own clips.</summary>
    public double StepLoss { get; init; }

    /// <summary>Norm of the step's gradients before clipping.</summary>
    public double GradientNorm { get; init; }
}
