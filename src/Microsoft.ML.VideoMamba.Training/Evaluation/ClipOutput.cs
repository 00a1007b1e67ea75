namespace Microsoft.ML.VideoMamba.Training.Evaluation;

/// <summary>What a model said of a clip.</summary>
/// <param name="Index">The clip's place in its set.</param>
/// <param name="Label">What it should have said.</param>
/// <param name="Output">The head's outputs: logits, or one number for regression.</param>
public sealed record ClipOutput(int Index, TrainingLabel Label, IReadOnlyList<float> Output);
