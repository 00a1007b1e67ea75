namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Copies short rows of any length; nothing beyond them is touched.</summary>
internal static unsafe class ElementRow
{
    /// <summary>Copies <paramref name="count"/> elements as float32.</summary>
    public static void Widen<TElement>(TElement* source, int count, float* destination)
        where TElement : unmanaged, IElement<TElement>
    {
        int i = 0;
        for (; i <= count - Lanes128.Count; i += Lanes128.Count) Lanes128.Store(TElement.Load<Lanes128>(source + i, count - i), destination + i);
        for (; i < count; i++) destination[i] = TElement.ToSingle(source[i]);
    }

    /// <summary>Copies <paramref name="count"/> float32 values as elements.</summary>
    public static void Narrow<TElement>(float* source, int count, TElement* destination)
        where TElement : unmanaged, IElement<TElement>
    {
        int i = 0;
        for (; i <= count - Lanes128.Count; i += Lanes128.Count) TElement.Store(Lanes128.Load(source + i), destination + i, count - i);
        for (; i < count; i++) destination[i] = TElement.FromSingle(source[i]);
    }
}
