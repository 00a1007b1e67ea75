using Microsoft.Extensions.Logging;

namespace Microsoft.ML.VideoMamba.Training.Telemetry;

/// <summary>What a training says to a log.</summary>
internal static partial class TrainingLog
{
    [LoggerMessage(1, LogLevel.Information, "Training on {Device}: {Clips} clips, {ValidationClips} held out, {Epochs} epochs of {Steps} steps.")]
    public static partial void Started(this ILogger logger, string device, int clips, int validationClips, int epochs, int steps);

    [LoggerMessage(2, LogLevel.Information, "Going on behind epoch {Epoch} from the state in {Folder}.")]
    public static partial void Resumed(this ILogger logger, int epoch, string folder);

    [LoggerMessage(3, LogLevel.Information, "Epoch {Epoch}: loss {TrainLoss}, validation loss {ValidationLoss}, top-1 {ValidationTop1}, {ClipsPerSecond} clips/s.")]
    public static partial void EpochDone(this ILogger logger, int epoch, double trainLoss, double? validationLoss, double? validationTop1, double clipsPerSecond);

    [LoggerMessage(4, LogLevel.Warning, "The state after epoch {Epoch} could not be written; the one before stays. {Reason}")]
    public static partial void StateNotSaved(this ILogger logger, int epoch, string reason);

    [LoggerMessage(TrainingEvents.ClipFailed, LogLevel.Warning, "A clip could not be read: {Reason}")]
    public static partial void ClipFailed(this ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Information, "Training ended in epoch {Epoch}; the best is epoch {BestEpoch}.")]
    public static partial void Ended(this ILogger logger, int epoch, int bestEpoch);
}
