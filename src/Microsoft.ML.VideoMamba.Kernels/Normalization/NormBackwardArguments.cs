using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>The struct of that name in norm_backward.cu, which says what each is; addresses of 0 for what is absent.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NormBackwardArguments
{
    public nint S, Dy, DSIn, Scale, W, X, Before, DX, DS, DW, DB;
    public long Rows;
    public int RowsPerClip;
    public float Epsilon;
}
