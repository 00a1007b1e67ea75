namespace Microsoft.ML.VideoMamba.DataViews;

/// <summary>Checks what a consumer asks a row for, in ML.NET's words.</summary>
internal static class TypedGetter
{
    public static void CheckActive(bool[] active, DataViewSchema.Column column)
    {
        if (column.Index >= active.Length || !active[column.Index]) throw new ArgumentOutOfRangeException(nameof(column), $"Column '{column.Name}' is not active");
    }

    public static ValueGetter<TValue> Cast<TValue>(Delegate? getter, DataViewSchema.Column column) =>
        getter as ValueGetter<TValue> ?? throw new InvalidOperationException($"Invalid TValue in GetGetter for column '{column.Name}' of type {column.Type}: '{typeof(TValue)}'");
}
