namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>What an experiment found.</summary>
/// <param name="Best">The best trial, or null if none was measured.</param>
/// <param name="Trials">All trials, by number.</param>
/// <param name="Elapsed">Time used, over all resumptions.</param>
/// <param name="Cancelled">Whether it was cancelled before its end.</param>
public sealed record ExperimentResult(Trial? Best, IReadOnlyList<Trial> Trials, TimeSpan Elapsed, bool Cancelled);
