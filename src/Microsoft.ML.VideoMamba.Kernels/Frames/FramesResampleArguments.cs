using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Frames;

/// <summary>The struct of that name in frames_resample.cu, which says what each is.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FramesResampleArguments
{
    public nint Data, Clips, Table, Out;
    public int Frames, Height, Width, Unused;
}
