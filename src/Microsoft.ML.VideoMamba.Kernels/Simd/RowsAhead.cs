using System.Runtime.CompilerServices;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>
/// Rows that will be read or written soon. A loop that computes asks the caches for one of them a step, so that the misses of the loop after it lie under its
/// arithmetic; a loop that only copies would wait for each.
/// </summary>
/// <param name="first">The first row's address, which need not be valid.</param>
/// <param name="stride">Bytes from a row to the next.</param>
internal unsafe struct RowsAhead(void* first, long stride)
{
    private byte* _row = (byte*)first;

    /// <summary>Asks for a row, and has the next one asked for next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch()
    {
        Cache.Prefetch(_row);
        _row += stride;
    }
}
