using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>The struct of that name in patch_gather.cu, which says what each is.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PatchGatherArguments
{
    public nint Clips, Rows;
    public long Total;
    public int Frames, Height, Width;
    public int Positions, RowsOfPatches, PatchesOfRow;
}
