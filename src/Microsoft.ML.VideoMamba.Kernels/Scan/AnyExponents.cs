using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>Some are out of range: a factor that would vanish stays at 2^-126, one that would overflow at 2^126.</summary>
internal readonly struct AnyExponents : IExponents
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Limit<TLanes>(TLanes exponent)
        where TLanes : unmanaged, ILanes<TLanes> =>
        TLanes.Max(TLanes.Broadcast(-LaneMath.LargestExponent), TLanes.Min(TLanes.Broadcast(LaneMath.LargestExponent), exponent));
}
