using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>The struct of that name in mixer_gather.cu, which says what each is.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MixerGatherArguments
{
    public nint Slices, To;
    public long Rows;
    public int Groups, Row;
}
