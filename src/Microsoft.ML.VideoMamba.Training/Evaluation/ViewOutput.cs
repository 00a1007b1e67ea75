namespace Microsoft.ML.VideoMamba.Training.Evaluation;

/// <summary>What a model said of one view of a video.</summary>
/// <param name="Video">Which video: its place in the set, not its file's name, which two folders may share.</param>
/// <param name="Chunk">Which clip along time, from 0.</param>
/// <param name="Split">Which crop, from 0.</param>
/// <param name="Output">The head's outputs: logits, or one number for regression.</param>
public sealed record ViewOutput(int Video, int Chunk, int Split, IReadOnlyList<float> Output);
