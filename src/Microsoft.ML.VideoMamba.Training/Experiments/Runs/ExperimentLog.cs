using Microsoft.Extensions.Logging;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Runs;

/// <summary>What an experiment says while it runs.</summary>
internal static partial class ExperimentLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Trial {Trial} failed: {Reason}")]
    public static partial void TrialFailed(this ILogger logger, int trial, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last {Count} trials failed, and no more are begun; the last one: {Reason}")]
    public static partial void EndlessFailures(this ILogger logger, int count, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No trial began: {Read} of {Clips} clips were read when the time was used up, {Seconds:0.#} s. Give it more.")]
    public static partial void TimeUsedUp(this ILogger logger, int read, int clips, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trial {Trial} starts again, since its state is damaged: {Reason}")]
    public static partial void StateDamaged(this ILogger logger, int trial, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Every combination of the space's values was tried: {Trials} trials.")]
    public static partial void AllTried(this ILogger logger, int trials);
}
