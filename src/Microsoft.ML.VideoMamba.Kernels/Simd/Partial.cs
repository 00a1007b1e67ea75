using System.Runtime.CompilerServices;

namespace Microsoft.ML.VideoMamba.Kernels.Simd;

/// <summary>
/// An element of a row whose last vector may be shorter than the hardware's: nothing outside the row is touched. A type of its own, so that the loops over
/// rows of whole vectors, which all published models have, are compiled without a thought of it.
/// </summary>
internal readonly unsafe struct Partial<TElement> : IElement<Partial<TElement>>
    where TElement : unmanaged, IElement<TElement>
{
    private readonly TElement _element;

    private Partial(TElement element) => _element = element;

    public static bool IsSingle => TElement.IsSingle;

    public static TLanes Load<TLanes>(Partial<TElement>* source, int count)
        where TLanes : unmanaged, ILanes<TLanes> => Load<TLanes, TElement>((TElement*)source, count);

    public static void Store<TLanes>(TLanes value, Partial<TElement>* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes> => Store(value, (TElement*)destination, count);

    public static TLanes LoadSingle<TLanes>(float* source, int count)
        where TLanes : unmanaged, ILanes<TLanes> => Load<TLanes, Float32Element>((Float32Element*)source, count);

    public static void StoreSingle<TLanes>(TLanes value, float* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes> => Store(value, (Float32Element*)destination, count);

    public static float ToSingle(Partial<TElement> element) => TElement.ToSingle(element._element);

    public static Partial<TElement> FromSingle(float value) => new(TElement.FromSingle(value));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TLanes Load<TLanes, TOther>(TOther* source, int count)
        where TLanes : unmanaged, ILanes<TLanes>
        where TOther : unmanaged, IElement<TOther>
    {
        if (count >= TLanes.Count) return TOther.Load<TLanes>(source, count);
        var padded = stackalloc TOther[TLanes.Count];
        new Span<TOther>(padded, TLanes.Count).Clear();
        new ReadOnlySpan<TOther>(source, count).CopyTo(new Span<TOther>(padded, count));
        return TOther.Load<TLanes>(padded, TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Store<TLanes, TOther>(TLanes value, TOther* destination, int count)
        where TLanes : unmanaged, ILanes<TLanes>
        where TOther : unmanaged, IElement<TOther>
    {
        if (count >= TLanes.Count)
        {
            TOther.Store(value, destination, count);
            return;
        }

        var padded = stackalloc TOther[TLanes.Count];
        TOther.Store(value, padded, TLanes.Count);
        new ReadOnlySpan<TOther>(padded, count).CopyTo(new Span<TOther>(destination, count));
    }
}
