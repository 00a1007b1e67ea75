namespace Microsoft.ML.VideoMamba.Kernels.Optimization;

/// <summary>The numbers of one step.</summary>
/// <param name="Number">Which it is, from 1: both moments' bias corrections follow from it.</param>
/// <param name="LearningRate">The rate; each group scales it.</param>
/// <param name="WeightDecay">The decay of the groups that are decayed; their own if null.</param>
/// <param name="MaxNorm">The largest norm that the gradients may keep, above 0; null scales nothing.</param>
/// <param name="GradientScale">Factor of all gradients, ahead of their norm: one over the clips of an accumulation.</param>
/// <param name="AverageDecay">How much of the moving average stays.</param>
public readonly record struct OptimizerStep(int Number, double LearningRate, double? WeightDecay = null, double? MaxNorm = null, double GradientScale = 1, double AverageDecay = 0);
