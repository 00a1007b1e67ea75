namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>How a tensor's elements lie in memory; arithmetic is float32 whatever they are.</summary>
internal unsafe interface IElement<TSelf>
    where TSelf : unmanaged, IElement<TSelf>
{
    /// <summary>Loads a full vector.</summary>
    static abstract TLanes Load<TLanes>(TSelf* source)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Stores a full vector.</summary>
    static abstract void Store<TLanes>(TLanes value, TSelf* destination)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>One element's value.</summary>
    static abstract float ToSingle(TSelf element);
}
