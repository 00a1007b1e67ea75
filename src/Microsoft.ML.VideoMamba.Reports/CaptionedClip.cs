using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Reports;

/// <summary>A clip with a line of text, as <see cref="ClipGallery"/> shows it.</summary>
/// <param name="Clip">The clip.</param>
/// <param name="Caption">What stands above its frames, such as its class and what it was taken for.</param>
/// <param name="Mark">Whether the line is green (true, such as a right prediction), red (false) or black (null).</param>
public sealed record CaptionedClip(VideoClip Clip, string Caption, bool? Mark = null);
