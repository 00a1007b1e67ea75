using System.Runtime.CompilerServices;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>Loads and stores of the last vector of a row, which may be narrower than the hardware's: nothing outside the row is touched.</summary>
internal static unsafe class PartialVector
{
    /// <summary>Loads <paramref name="count"/> elements, at most a full vector; the lanes beyond are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Load<TLanes, TElement>(TElement* source, int count)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement> => count >= TLanes.Count ? TElement.Load<TLanes>(source) : LoadShort<TLanes, TElement>(source, count);

    /// <summary>Stores <paramref name="count"/> elements, at most a full vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TLanes, TElement>(TLanes value, TElement* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        if (count >= TLanes.Count) TElement.Store(value, destination);
        else StoreShort(value, destination, count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TLanes LoadShort<TLanes, TElement>(TElement* source, int count)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var padded = stackalloc TElement[TLanes.Count];
        new Span<TElement>(padded, TLanes.Count).Clear();
        new ReadOnlySpan<TElement>(source, count).CopyTo(new Span<TElement>(padded, count));
        return TElement.Load<TLanes>(padded);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreShort<TLanes, TElement>(TLanes value, TElement* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes>
        where TElement : unmanaged, IElement<TElement>
    {
        var padded = stackalloc TElement[TLanes.Count];
        TElement.Store(value, padded);
        new ReadOnlySpan<TElement>(padded, count).CopyTo(new Span<TElement>(destination, count));
    }
}
