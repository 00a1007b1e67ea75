namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Work on tensors in main memory that falls into independent pieces, written once for all vector widths and element types.</summary>
internal interface ISimdKernel
{
    /// <summary>Number of pieces. Which core runs a piece, and when, has no influence on any result.</summary>
    int Pieces { get; }

    /// <summary>Elements of the rows that are computed in vectors.</summary>
    int Channels { get; }

    /// <summary>Does one piece.</summary>
    void Run<TLanes, TElement>(int piece)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>;
}
