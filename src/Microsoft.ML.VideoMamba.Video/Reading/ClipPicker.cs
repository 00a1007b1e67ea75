using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Video.Reading;

/// <summary>Chooses the frames of one file's clips. It is called from several threads and must answer the same for the same arguments.</summary>
/// <param name="row">The file's place in the list: seed random choices by it, so that they do not depend on which thread reads what.</param>
/// <param name="length">The video's length.</param>
/// <returns>The frame numbers of each clip.</returns>
public delegate IReadOnlyList<int[]> ClipPicker(int row, VideoLength length);
