namespace Microsoft.ML.VideoMamba.Training.Optimization;

/// <summary>Parameters that an optimiser treats alike.</summary>
/// <param name="Names">Their names in the model.</param>
/// <param name="WeightDecay">Their decay, at least 0.</param>
/// <param name="LearningRateScale">Factor of the schedule's rate.</param>
/// <param name="Layer">The layer that they count to, or null without layer decay.</param>
public sealed record ParameterGroup(IReadOnlyList<string> Names, double WeightDecay, double LearningRateScale = 1, int? Layer = null);
