using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>The struct of that name in conv_select.cu, which says what each is.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConvSelectArguments
{
    public nint X, W, B, P, U, Selection;
    public int Batch, Length;
}
