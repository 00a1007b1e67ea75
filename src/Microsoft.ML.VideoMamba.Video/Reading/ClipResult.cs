namespace Microsoft.ML.VideoMamba.Video.Reading;

/// <summary>What became of one file of many.</summary>
/// <param name="Row">The file's place in the list.</param>
/// <param name="SourceRow">The place of the file that the clips come from: another one if it was substituted. Its label goes with the clips.</param>
/// <param name="Path">The file at <paramref name="Row"/>.</param>
/// <param name="Clips">The clips, in the picker's order; empty if the file was skipped.</param>
/// <param name="Error">Why the file could not be read; null if it could.</param>
public sealed record ClipResult(int Row, int SourceRow, string Path, IReadOnlyList<VideoClip> Clips, VideoException? Error);
