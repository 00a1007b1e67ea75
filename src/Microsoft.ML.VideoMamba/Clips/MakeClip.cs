using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Clips;

/// <summary>Makes the clip of a row.</summary>
/// <param name="threads">Threads to decode with.</param>
/// <param name="cancellation">Ends it within a frame.</param>
/// <returns>The clip; null for one that is missing.</returns>
internal delegate VideoClip? MakeClip(int threads, CancellationToken cancellation);
