using System.Runtime.InteropServices;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>The five vectors of constants that a width computes <see cref="ILanes{TSelf}.Exp2Parts"/> with, for the life of the process.</summary>
internal static unsafe class Exp2Constants<TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    private const int Vectors = 5;

    /// <summary>Where the first lies; the others follow.</summary>
    public static readonly float* Start = Create();

    private static float* Create()
    {
        nuint size = (nuint)(Vectors * TLanes.Count * sizeof(float));
        float* start = (float*)NativeMemory.AlignedAlloc(size, 64);
        TLanes.StoreExp2Constants(start);
        return start;
    }
}
