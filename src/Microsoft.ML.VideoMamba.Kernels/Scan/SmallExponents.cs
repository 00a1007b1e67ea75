using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>All are in range, as nearly always: no instruction is spent on them.</summary>
internal readonly struct SmallExponents : IExponents
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Limit<TLanes>(TLanes exponent)
        where TLanes : unmanaged, ILanes<TLanes> => exponent;
}
