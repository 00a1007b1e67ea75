namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Copies short rows.</summary>
internal static unsafe class ElementRow
{
    /// <summary>Copies <paramref name="count"/> elements as float32; nothing beyond them is touched.</summary>
    public static void Widen<TElement>(TElement* source, int count, float* destination)
        where TElement : unmanaged, IElement<TElement>
    {
        int i = 0;
        for (; i <= count - Lanes128.Count; i += Lanes128.Count) Lanes128.Store(TElement.Load<Lanes128>(source + i), destination + i);
        for (; i < count; i++) destination[i] = TElement.ToSingle(source[i]);
    }
}
