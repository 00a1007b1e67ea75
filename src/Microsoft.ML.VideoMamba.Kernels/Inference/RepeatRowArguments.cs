using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Inference;

/// <summary>The struct of that name in repeat_row.cu, which says what each is.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RepeatRowArguments
{
    public nint Row, To;
    public long Total;
    public int Width;
}
