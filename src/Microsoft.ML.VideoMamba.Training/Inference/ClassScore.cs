namespace Microsoft.ML.VideoMamba.Training.Inference;

/// <summary>One class's score.</summary>
/// <param name="Label">The class's name, or its index where names are unknown.</param>
/// <param name="Index">The class, from 0.</param>
/// <param name="Score">Probability in [0, 1]: softmax of each view, then the mean over views.</param>
public readonly record struct ClassScore(string Label, int Index, float Score);
