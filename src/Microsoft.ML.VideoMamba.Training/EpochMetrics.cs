using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Experiments;

namespace Microsoft.ML.VideoMamba.Training;

/// <summary>How an epoch went.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="TrainLoss">Mean loss of the epoch's training clips, as each was met, smoothing and augmentation included.</param>
/// <param name="ValidationLoss">Mean cross entropy (without smoothing) or squared error of the validation clips; null without any.</param>
/// <param name="ValidationTop1">Part of the validation clips whose class scored highest, in [0, 1]; null without any, and for regression.</param>
/// <param name="LearningRate">The rate of the epoch's last step.</param>
/// <param name="Seconds">Time that the epoch took, validation included.</param>
/// <param name="ClipsPerSecond">Training clips a second, validation left out.</param>
public sealed record EpochMetrics(int Epoch, double TrainLoss, double? ValidationLoss, double? ValidationTop1, double LearningRate, double Seconds, double ClipsPerSecond)
{
    /// <summary>How well the classes of the validation clips are told apart; null without any, and for regression.</summary>
    public ClassificationMetrics? Classes { get; init; }

    /// <summary>How well the numbers of the validation clips are met; null without any, and for classification.</summary>
    public RegressionMetrics? Numbers { get; init; }

    /// <summary>Whether the weights of this epoch are the better ones: by a metric, else of the higher validation accuracy; equal ones, and numbers, by the lower loss; without validation the later ones.</summary>
    internal bool IsBetterThan(EpochMetrics other, ExperimentMetric? criterion = null) => (ValidationTop1, ValidationLoss) switch
    {
        (null, null) => true,
        (_, not null) when criterion is { } metric => ExperimentMetrics.Score(metric, this) > ExperimentMetrics.Score(metric, other),
        (null, { } loss) => loss < other.ValidationLoss,
        ({ } top1, { } loss) => top1 > other.ValidationTop1 || (top1 == other.ValidationTop1 && loss < other.ValidationLoss),
        _ => false,
    };
}
