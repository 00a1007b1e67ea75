using Microsoft.ML.VideoMamba.Training;

namespace Microsoft.ML.VideoMamba.Trainers;

/// <summary>What a trainer is given beside its options: things that are no simple values.</summary>
/// <param name="ValidationSet">Rows to choose the best epoch by, or null.</param>
/// <param name="MetricsCallback">Called after each epoch, or null.</param>
/// <param name="Progress">Told after each step, or null.</param>
/// <param name="Cancellation">Stops the training.</param>
internal sealed record TrainerArguments(IDataView? ValidationSet, Action<EpochMetrics>? MetricsCallback = null, IProgress<TrainingProgress>? Progress = null, CancellationToken Cancellation = default);
