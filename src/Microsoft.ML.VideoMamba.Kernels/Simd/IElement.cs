namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>
/// How a tensor's elements lie in memory; arithmetic is float32 whatever they are. A count is that of a row's elements from the address on: whole vectors need
/// none, <see cref="Partial{TElement}"/> looks at it.
/// </summary>
internal unsafe interface IElement<TSelf>
    where TSelf : unmanaged, IElement<TSelf>
{
    /// <summary>Whether elements lie as float32.</summary>
    static abstract bool IsSingle { get; }

    /// <summary>Loads a vector.</summary>
    static abstract TLanes Load<TLanes>(TSelf* source, int count)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Stores a vector.</summary>
    static abstract void Store<TLanes>(TLanes value, TSelf* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Loads a vector of a float32 row beside a row of this type.</summary>
    static abstract TLanes LoadSingle<TLanes>(float* source, int count)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Stores a vector to a float32 row beside a row of this type.</summary>
    static abstract void StoreSingle<TLanes>(TLanes value, float* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>One element's value.</summary>
    static abstract float ToSingle(TSelf element);

    /// <summary>The element nearest to a value.</summary>
    static abstract TSelf FromSingle(float value);
}
