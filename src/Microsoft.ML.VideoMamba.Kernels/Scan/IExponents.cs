using Microsoft.ML.VideoMamba.Kernels.Simd;

namespace Microsoft.ML.VideoMamba.Kernels.Scan;

/// <summary>What is known of the exponents delta A log2(e) of a chunk.</summary>
internal interface IExponents
{
    /// <summary>Brings exponents into the range that <see cref="ILanes{TSelf}.Exp2Parts"/> takes.</summary>
    static abstract TLanes Limit<TLanes>(TLanes exponent)
        where TLanes : unmanaged, ILanes<TLanes>;
}
