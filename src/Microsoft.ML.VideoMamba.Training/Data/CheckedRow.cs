using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>A row whose video was decoded to its end, or could not be.</summary>
/// <param name="Row">The row.</param>
/// <param name="Info">What decoding says of it; null if it failed.</param>
/// <param name="Error">Why it failed; null if it did not.</param>
public sealed record CheckedRow(DataRow Row, VideoInfo? Info, string? Error);
