using Microsoft.Extensions.Logging;

namespace Microsoft.ML.VideoMamba.Training.Telemetry;

/// <summary>Who hears of a training.</summary>
/// <param name="Progress">Told after each step, or null.</param>
/// <param name="EpochDone">Called after each epoch, or null.</param>
/// <param name="Logger">Where it says what happens.</param>
internal sealed record TrainingListeners(IProgress<TrainingProgress>? Progress, Action<EpochMetrics>? EpochDone, ILogger Logger);
