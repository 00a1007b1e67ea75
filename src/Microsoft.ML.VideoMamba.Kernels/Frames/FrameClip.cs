using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Frames;

/// <summary>The struct of that name in frames_resample.cu, which says what each is.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FrameClip
{
    public long Frames, Rows, Columns, Starts, Erasings, Fills;
    public int RowBytes, FrameBytes;
    public Colours Scale, Shift, Noise;
    public int Unused;

    /// <summary>A number for each colour.</summary>
    [InlineArray(3)]
    internal struct Colours
    {
        private float _first;

        public static Colours Of(ReadOnlySpan<float> values)
        {
            var colours = default(Colours);
            values.CopyTo(colours);
            return colours;
        }
    }
}
