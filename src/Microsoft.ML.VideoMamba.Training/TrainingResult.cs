using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training;

/// <summary>What a training gave.</summary>
/// <param name="Model">
/// The model with the weights of the best epoch, in evaluation mode, on the device that it was trained on; the caller disposes it. Best is by
/// <see cref="TrainingOptions.Criterion"/>, without validation clips the last epoch.
/// </param>
/// <param name="Epochs">The finished epochs.</param>
/// <param name="BestEpoch">The epoch that the weights are from, counted from 1; 0 if none was finished, and the weights are those of the last step.</param>
/// <param name="Cancelled">Whether the training was cancelled before its end.</param>
/// <param name="Failures">Clips that could not be read and were left out or replaced, each once.</param>
public sealed record TrainingResult(VideoMambaModel Model, IReadOnlyList<EpochMetrics> Epochs, int BestEpoch, bool Cancelled, IReadOnlyList<VideoException> Failures)
{
    /// <summary>Why the last epoch's state is not in <see cref="TrainingOptions.StateFolder"/>, such as a full disk; null while all is well. An older one may be there.</summary>
    public CheckpointException? StateFailure { get; init; }
}
