using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.VideoMamba.DataViews;

/// <summary>The values of one passed-through column for the rows of a batch.</summary>
internal abstract class ColumnSlots
{
    private static readonly MethodInfo s_ofScalar = Method(nameof(OfScalar)), s_ofVector = Method(nameof(OfVector));

    /// <summary>Keeps the current row's value.</summary>
    public abstract void Read(int slot);

    /// <summary>The <see cref="ValueGetter{TValue}"/> of the kept values.</summary>
    public abstract Delegate Getter(Func<int> slot);

    public static ColumnSlots Create(DataViewRow input, DataViewSchema.Column column, int capacity)
    {
        var create = column.Type is VectorDataViewType vector ? s_ofVector.MakeGenericMethod(vector.ItemType.RawType) : s_ofScalar.MakeGenericMethod(column.Type.RawType);
        return create.CreateDelegate<Func<DataViewRow, DataViewSchema.Column, int, ColumnSlots>>()(input, column, capacity);
    }

    private static ColumnSlots OfScalar<T>(DataViewRow input, DataViewSchema.Column column, int capacity) =>
        new Slots<T>(input.GetGetter<T>(column), capacity, (in T source, ref T destination) => destination = source);

    private static ColumnSlots OfVector<T>(DataViewRow input, DataViewSchema.Column column, int capacity) =>
        new Slots<VBuffer<T>>(input.GetGetter<VBuffer<T>>(column), capacity, (in VBuffer<T> source, ref VBuffer<T> destination) => source.CopyTo(ref destination));

    private static MethodInfo Method(string name) => typeof(ColumnSlots).GetMethod(name, BindingFlags.NonPublic | BindingFlags.Static)!;

    private delegate void Copy<T>(in T source, ref T destination);

    private sealed class Slots<T>(ValueGetter<T> read, int capacity, Copy<T> copy) : ColumnSlots
    {
        private readonly T[] _values = new T[capacity];

        public override void Read(int slot)
        {
            // An object handed out before belongs to whoever read it: some getters (images) dispose of what they are given to overwrite.
            if (!typeof(T).IsValueType) _values[slot] = default!;
            read(ref _values[slot]);
        }

        public override Delegate Getter(Func<int> slot) => (ValueGetter<T>)((ref T value) => copy(in _values[slot()], ref value));
    }
}
