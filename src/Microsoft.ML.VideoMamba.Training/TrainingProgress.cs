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
/// <param name="Remaining">Time left if the pace stays.</param>
public sealed record TrainingProgress(int Epoch, int Epochs, int Step, int Steps, double Loss, double LearningRate, double ClipsPerSecond, TimeSpan Elapsed, TimeSpan Remaining);
