using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>The struct of that name in scan_backward.cu, which says what each is; addresses of 0 for what is absent.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ScanBackwardArguments
{
    public nint U, Delta, Z, BC, Dy;
    public nint A, D, Bias;
    public nint Kept, Carried;
    public nint DU, DDelta, DZ, Y;
    public nint DBC;
    public nint DA, DD, DBias;
    public nint Passed;
    public long DyDirection;
    public int Batch, Length, Chunk, Reverse;
}
