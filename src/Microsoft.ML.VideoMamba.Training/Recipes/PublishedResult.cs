namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>What the original's authors publish of a recipe.</summary>
/// <param name="Metric"><c>top1</c>, in percent, or <c>mse</c>.</param>
/// <param name="Value">The number.</param>
/// <param name="Checkpoint">The file that it was measured on; null where none was published.</param>
public sealed record PublishedResult(string Metric, double Value, string? Checkpoint);
