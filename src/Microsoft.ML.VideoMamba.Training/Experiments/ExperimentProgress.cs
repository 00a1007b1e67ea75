namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>How an experiment stands; reported after each epoch and whenever a trial changes its state.</summary>
/// <param name="Trial">The trial that changed.</param>
/// <param name="Trials">All trials, by number.</param>
/// <param name="Best">The best trial so far, or null.</param>
/// <param name="Elapsed">Time used, over all resumptions.</param>
/// <param name="Time">The time budget, or null.</param>
public sealed record ExperimentProgress(Trial Trial, IReadOnlyList<Trial> Trials, Trial? Best, TimeSpan Elapsed, TimeSpan? Time);
