using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Autograd;

/// <summary>The struct of that name in gradient_sums.cu, which says what each is.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GradientSum
{
    public nint From, To, Factor;
    public long Total;
    public int Columns, Rows;
    public int OuterStride, RowStride, ToStride;
    public int Rounded;
    public int FirstBlock, Adds;
}
