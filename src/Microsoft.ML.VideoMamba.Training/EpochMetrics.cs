namespace Microsoft.ML.VideoMamba.Training;

/// <summary>How an epoch went.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="TrainLoss">Mean loss of the epoch's training clips, as each was met, smoothing and augmentation included.</param>
/// <param name="ValidationLoss">Mean cross entropy (without smoothing) or squared error of the validation clips; null without any.</param>
/// <param name="ValidationTop1">Part of the validation clips whose class scored highest, in [0, 1]; null without any, and for regression.</param>
/// <param name="LearningRate">The rate of the epoch's last step.</param>
/// <param name="Seconds">Time that the epoch took, validation included.</param>
/// <param name="ClipsPerSecond">Training clips a second, validation left out.</param>
public sealed record EpochMetrics(int Epoch, double TrainLoss, double? ValidationLoss, double? ValidationTop1, double LearningRate, double Seconds, double ClipsPerSecond);
