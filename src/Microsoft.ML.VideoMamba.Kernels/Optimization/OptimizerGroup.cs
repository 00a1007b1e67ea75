namespace Microsoft.ML.VideoMamba.Kernels.Optimization;

/// <summary>A run of elements that an optimiser treats alike.</summary>
/// <param name="Length">Elements, a multiple of four.</param>
/// <param name="LearningRateScale">Factor of the step's rate.</param>
/// <param name="WeightDecay">Their decay, at least 0.</param>
public readonly record struct OptimizerGroup(long Length, double LearningRateScale, double WeightDecay);
