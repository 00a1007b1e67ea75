using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Mixing;

/// <summary>The struct of that name in mixer_pack.cu, which says what each is.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MixerPackArguments
{
    public nint OutProj;
    public Direction Forward, Backward;
    public nint PackedXProj, PackedDtProj, OutProjTwice;
    public nint PackedConvWeight, PackedConvBias, PackedDtBias, PackedA, PackedD;
    public int Embed, Channels, Rank, Padded, Taps;

    /// <summary>The struct MixerDirection there.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Direction
    {
        public nint ConvWeight, ConvBias, XProj, DtProj, DtBias, ALog, D;
    }
}
