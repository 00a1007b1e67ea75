using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The struct of that name in scan_carry.cu, which says what each is; addresses of 0 for what is absent.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ScanCarryArguments
{
    public nint A, States, Sums, First, Last;
    public int Batch, Chunks, Backwards;
}
