using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Frames;

/// <summary>The struct of that name in frames_resample.cu, which says what each is.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FrameErasing
{
    public int Top, Left, Height, Width, Starts;
    public FrameClip.Colours Colour;
}
