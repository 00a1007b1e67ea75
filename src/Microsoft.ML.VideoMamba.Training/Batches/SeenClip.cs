using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Batches;

/// <summary>A clip as a network sees it.</summary>
/// <param name="Name">The file, or whatever the set calls it.</param>
/// <param name="Label">Its label.</param>
/// <param name="Pixels">The network's input as pixels again: cut off at black and white where noise goes beyond.</param>
public sealed record SeenClip(string Name, TrainingLabel Label, VideoClip Pixels);
