using Microsoft.ML.Data;

namespace Microsoft.ML.VideoMamba.DataViews;

/// <summary>One row at a time, as PredictionEngine asks for it: nothing is computed before an output is read, and then once for each position.</summary>
internal sealed class MappedRow : DataViewRow
{
    private readonly RowMap _map;
    private readonly DataViewRow _input;
    private readonly bool[] _active;
    private readonly IBatch? _batch;
    private readonly Delegate?[] _getters;
    private long _evaluated = long.MinValue;

    public MappedRow(RowMap map, DataViewRow input, IReadOnlyCollection<DataViewSchema.Column> columns)
    {
        (_map, _input, _active) = (map, input, map.Active(columns));
        _batch = columns.Any(map.IsOutput) ? map.Open(input, capacity: 1) : null;
        _getters = _batch is null ? [] : map.Getters(_batch, _active, Evaluated);
    }

    public override DataViewSchema Schema => _map.OutputSchema;

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        TypedGetter.CheckActive(_active, column);
        return _map.IsOutput(column)
            ? TypedGetter.Cast<TValue>(_getters[column.Index - _map.InputSchema.Count], column)
            : _input.GetGetter<TValue>(_map.InputSchema[column.Index]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _batch?.Dispose();
        base.Dispose(disposing);
    }

    private int Evaluated()
    {
        if (_evaluated == _input.Position) return 0;
        _batch!.Read(0);
        _batch.Evaluate(0, 1);
        _evaluated = _input.Position;
        return 0;
    }
}
