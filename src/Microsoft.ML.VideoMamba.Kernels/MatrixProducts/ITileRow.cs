using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.MatrixProducts;

/// <summary>One row of a tile of a product: the columns of a few vectors, which stay in registers.</summary>
internal unsafe interface ITileRow<TSelf, TLanes>
    where TSelf : unmanaged, ITileRow<TSelf, TLanes>
    where TLanes : unmanaged, ILanes<TLanes>
{
    static abstract TSelf Zero();

    static abstract TSelf Load(float* source);

    /// <summary>Writes the row, or adds it to what is there: a long sum of short ones, which rounds less than a running one.</summary>
    static abstract void Store(in TSelf row, float* destination, bool add);

    /// <summary>Asks the caches for where a row will be written.</summary>
    static abstract void Prefetch(float* destination);

    /// <summary>row += a · b.</summary>
    static abstract void Add(ref TSelf row, float* a, in TSelf b);
}
