namespace Microsoft.ML.VideoMamba.Training.Evaluation;

/// <summary>The merged views of one video.</summary>
/// <param name="Video">Which video.</param>
/// <param name="Output">Mean probabilities, or the mean prediction.</param>
/// <param name="Views">How many views went into the mean.</param>
public sealed record MergedVideo(int Video, IReadOnlyList<float> Output, int Views);
