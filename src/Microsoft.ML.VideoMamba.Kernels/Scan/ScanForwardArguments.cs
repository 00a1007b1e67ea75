using System.Runtime.InteropServices;
using Microsoft.ML.VideoMamba.Kernels.Cuda;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The struct of that name in scan_forward.cu, which says what each is; addresses of 0 for what is absent.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ScanForwardArguments
{
    public nint U, Delta, Z, BC;
    public nint A, D, Bias;
    public nint Y;
    public nint First, Last, Kept, Marks, Sums;
    public long DeltaDirection, YDirection, DyDirection;
    public nint Between, Tickets;
    public int Batch, Length, Chunk, Reverse, Marked;
    public SkippedChunk Skip;

    /// <summary>The number of chunks of each sequence.</summary>
    public readonly int Chunks => Grid.Cover(Length, Chunk);
}
