using Microsoft.ML.Data;

namespace Microsoft.ML.VideoMamba.DataViews;

/// <summary>A cursor over a <see cref="MappedRow"/>: for maps of one row, and where no output is asked for.</summary>
internal sealed class MappedCursor(RowMap map, DataViewRowCursor input, IReadOnlyCollection<DataViewSchema.Column> columns) : DataViewRowCursor
{
    private readonly MappedRow _row = new(map, input, columns);

    public override DataViewSchema Schema => _row.Schema;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => _row.IsColumnActive(column);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _row.GetGetter<TValue>(column);

    public override bool MoveNext() => input.MoveNext();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _row.Dispose();
            input.Dispose();
        }

        base.Dispose(disposing);
    }
}
