using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The sizes of a scan and of the vectors that it is computed in: channels lie across the lanes, a block for each vector.</summary>
internal readonly record struct ScanSize(int Batch, int Length, int Channels, int States, SimdWidth Width)
{
    /// <summary>Every so many steps the state is kept, and the backward pass computes those between again.</summary>
    public const int StepsPerChunk = 32;

    public int Lanes => (int)Width / 32;

    public int Blocks => ChannelLanes.Blocks(Channels, Lanes);

    public int Chunks => (Length + StepsPerChunk - 1) / StepsPerChunk;

    /// <summary>The states rounded up to whole runs of <see cref="ScanSteps"/>; those that are not there stay 0.</summary>
    public int PaddedStates => (States + ScanSteps.StatesPerRun - 1) / ScanSteps.StatesPerRun * ScanSteps.StatesPerRun;

    /// <summary>Floats of a token's B and C side by side, padded.</summary>
    public int MapWidth => 2 * PaddedStates;

    /// <summary>Floats of a block's state.</summary>
    public int StateSize => PaddedStates * Lanes;
}
