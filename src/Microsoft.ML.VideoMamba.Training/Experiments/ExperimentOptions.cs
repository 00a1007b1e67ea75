using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>How an experiment is run.</summary>
public sealed record ExperimentOptions
{
    /// <summary>Where everything is kept: the journal, the trials, the table, the best model and its recipe. It is made if it is not there.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether to go on with the experiment that <see cref="Folder"/> holds, if it holds one. Without it, such a folder is refused.</summary>
    public bool Resume { get; init; }

    /// <summary>
    /// Time of all trials together, over all resumptions; null for no bound. No epoch begins that is not expected to end in time: it is kept within one epoch's length.
    /// </summary>
    public TimeSpan? Time { get; init; }

    /// <summary>Time that counts as used when the experiment runs, such as for reading clips ahead of it.</summary>
    public TimeSpan Spent { get; init; }

    /// <summary>Most trials, at least 1; null for no bound.</summary>
    public int? MaxTrials { get; init; }

    /// <summary>What makes one trial, and one epoch of it, better than another; null for the task's own (<see cref="ExperimentMetrics.Default"/>).</summary>
    public ExperimentMetric? Metric { get; init; }

    /// <summary>How trials are chosen.</summary>
    public TunerKind Tuner { get; init; }

    /// <summary>Seed of the trials' choice, and of each training.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Where trials are trained: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>What they compute in.</summary>
    public TrainingPrecision Precision { get; init; }

    /// <summary>Threads that decode and augment; 0 for one a core, on a card one less: it queues the card's work.</summary>
    public int Workers { get; init; }

    /// <summary>Most clips of a batch, at least 1: a larger step is made of several batches.</summary>
    public int MaxBatchSize { get; init; } = 32;

    /// <summary>Whether rare classes count as much as common ones in the loss.</summary>
    public bool BalanceClasses { get; init; }

    /// <summary>What happens when a clip cannot be read.</summary>
    public FailurePolicy OnFailure { get; init; } = FailurePolicy.Skip;

    /// <summary>The metric that holds.</summary>
    /// <param name="task">What is learned.</param>
    public ExperimentMetric MetricOf(TrainingTask task) => Metric ?? ExperimentMetrics.Default(task);

    /// <summary>Checks every value.</summary>
    /// <param name="task">What is learned.</param>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate(TrainingTask task)
    {
        Require(!string.IsNullOrEmpty(Folder), nameof(Folder), Folder, "must name a folder");
        Require(Time is null || Time > TimeSpan.Zero, nameof(Time), Time, "must be above 0");
        Require(Spent >= TimeSpan.Zero, nameof(Spent), Spent, "must be at least 0");
        Require(MaxTrials is null or >= 1, nameof(MaxTrials), MaxTrials, "must be at least 1");
        Require(Time is not null || MaxTrials is not null, nameof(Time), Time, $"or {nameof(MaxTrials)} must be set, or the experiment would never end");
        Require(Enum.IsDefined(Tuner), nameof(Tuner), Tuner, "is no tuner");
        Require(MaxBatchSize >= 1, nameof(MaxBatchSize), MaxBatchSize, "must be at least 1");
        Require(Metric is not { } metric || (Enum.IsDefined(metric) && ExperimentMetrics.Fits(metric, task)), nameof(Metric), Metric, $"is no metric of {task}");
        Require(!BalanceClasses || task == TrainingTask.Classification, nameof(BalanceClasses), BalanceClasses, "is for classification only");
    }

    private static void Require(bool holds, string name, object? value, string rule)
    {
        if (!holds) throw new ArgumentException($"{name} {rule}; it is {value}.", name);
    }
}
