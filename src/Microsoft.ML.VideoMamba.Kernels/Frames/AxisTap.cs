using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Frames;

/// <summary>The two old pixels along an axis that a new one lies between.</summary>
/// <param name="First">The one before.</param>
/// <param name="Second">The one behind.</param>
/// <param name="Weight">How much of the second, in [0, 1].</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct AxisTap(int First, int Second, float Weight);
