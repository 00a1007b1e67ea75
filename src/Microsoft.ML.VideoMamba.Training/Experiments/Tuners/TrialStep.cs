namespace Microsoft.ML.VideoMamba.Training.Experiments.Tuners;

/// <summary>A step of an experiment: one trial, begun or trained on.</summary>
/// <param name="Trial">The trial, from 1; a new one has the next number.</param>
/// <param name="Point">Where in the space it lies.</param>
/// <param name="ToEpoch">The epoch that it is trained to.</param>
internal sealed record TrialStep(int Trial, IReadOnlyList<double> Point, int ToEpoch);
