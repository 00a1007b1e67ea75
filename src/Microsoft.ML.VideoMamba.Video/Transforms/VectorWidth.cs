using System.Runtime.Intrinsics;

namespace Microsoft.ML.VideoMamba.Video.Transforms;

/// <summary>The widest vectors that row operations take. All widths, and none, give the same bits.</summary>
internal enum VectorWidth
{
    None = 0,
    Bits128 = 128,
    Bits256 = 256,
    Bits512 = 512,
}

/// <summary>What this machine has.</summary>
internal static class VectorWidths
{
    public static VectorWidth Widest { get; } =
        Vector512.IsHardwareAccelerated ? VectorWidth.Bits512
        : Vector256.IsHardwareAccelerated ? VectorWidth.Bits256
        : Vector128.IsHardwareAccelerated ? VectorWidth.Bits128
        : VectorWidth.None;
}
