using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Convolution;

/// <summary>The struct of that name in conv_forward.cu, which says what each is; addresses of 0 for what is absent.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConvForwardArguments
{
    public nint X, W, B, U;
    public int Batch, Length;
}
