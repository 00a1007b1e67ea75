using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The struct of that name in conv_backward.cu, which says what each is; addresses of 0 for what is absent.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConvBackwardArguments
{
    public nint X, W, B, DU, DZ, DX, DGate, DW, DB;
    public int Batch, Length;
}
