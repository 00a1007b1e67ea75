using Microsoft.ML.VideoMamba.Video.Sampling;

namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>How the frames of a clip are chosen from a video.</summary>
public enum ClipSampling
{
    /// <summary>One of each equal segment of the whole video: Kinetics, Breakfast and COIN (<see cref="SparseSampler"/>).</summary>
    Sparse,

    /// <summary>At a fixed distance inside one window: UCF101 (<see cref="DenseSampler"/>).</summary>
    Dense,

    /// <summary>Something-Something V2 from videos (<see cref="Ssv2VideoSampler"/>).</summary>
    Ssv2Videos,

    /// <summary>Something-Something V2 from folders of frames (<see cref="Ssv2FrameSampler"/>).</summary>
    Ssv2Frames,

    /// <summary>Sparse inside windows of a minute that slide over a film: LVU (<see cref="WindowSampler"/>).</summary>
    Windows,
}
