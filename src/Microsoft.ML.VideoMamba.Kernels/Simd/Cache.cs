using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Hints to the caches.</summary>
internal static unsafe class Cache
{
    /// <summary>Asks for the cache line at an address, which need not be valid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }
}
