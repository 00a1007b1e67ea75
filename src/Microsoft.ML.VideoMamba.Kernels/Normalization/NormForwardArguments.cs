using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Normalization;

/// <summary>The struct of that name in norm_forward.cu, which says what each is; addresses of 0 for what is absent.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NormForwardArguments
{
    public nint X, Residual, Scale, W, B, Y, S;
    public long Rows, ResidualRows;
    public int XStep, SStep, RowsPerClip;
    public float Epsilon;
}
