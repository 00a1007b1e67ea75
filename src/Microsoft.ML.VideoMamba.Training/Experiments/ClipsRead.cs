namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>How far an experiment is in reading its clips ahead of the first trial.</summary>
/// <param name="Read">Clips that were read.</param>
/// <param name="Count">All clips.</param>
public sealed record ClipsRead(int Read, int Count);
