namespace Microsoft.ML.VideoMamba.DataViews;

/// <summary>A data view with the columns of a <see cref="RowMap"/> added, computed as they are read.</summary>
internal sealed class MappedDataView(IDataView source, RowMap map) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => map.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        var input = source.GetRowCursor(map.Dependencies(columns), rand);
        return Batches(columns) ? new BatchedCursor(map, input, columns) : new MappedCursor(map, input, columns);
    }

    /// <summary>Several cursors where rows are independent; one where rows are computed in batches, which use all cores themselves.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        return Batches(columns)
            ? [GetRowCursor(columns, rand)]
            : [.. source.GetRowCursorSet(map.Dependencies(columns), n, rand).Select(input => new MappedCursor(map, input, columns))];
    }

    private bool Batches(DataViewSchema.Column[] columns) => map.BatchSize > 1 && columns.Any(map.IsOutput);
}
