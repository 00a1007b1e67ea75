namespace Microsoft.ML.VideoMamba.Training.Clips;

/// <summary>A video file (or folder of frames) and what a model should say of it.</summary>
/// <param name="Path">The path.</param>
/// <param name="Label">The label.</param>
public readonly record struct LabeledFile(string Path, TrainingLabel Label);
