using Microsoft.ML.Data;

namespace Microsoft.ML.VideoMamba.DataViews;

/// <summary>
/// Reads a batch of rows ahead, keeps the values that pass through, and computes the outputs of the whole batch when the first is asked for. A reader that has
/// passed by more rows than a batch, or by the first row, looks for a single one, and gets that one alone: to read a row again costs one video and not a batch of them.
/// </summary>
internal sealed class BatchedCursor : DataViewRowCursor
{
    private readonly RowMap _map;
    private readonly DataViewRowCursor _input;
    private readonly bool[] _active;
    private readonly IBatch _batch;
    private readonly Delegate?[] _getters;
    private readonly ColumnSlots?[] _passed;
    private readonly ValueGetter<DataViewRowId> _id;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private long _position = -1, _asked;
    private int _slot = -1;
    private int _count;
    private int _evaluated;
    private bool _ended;

    public BatchedCursor(RowMap map, DataViewRowCursor input, IReadOnlyCollection<DataViewSchema.Column> columns)
    {
        int capacity = map.BatchSize;
        (_map, _input, _active) = (map, input, map.Active(columns));
        _batch = map.Open(input, capacity);
        _getters = map.Getters(_batch, _active, Evaluated);
        _passed = [.. map.InputSchema.Select(column => _active[column.Index] ? ColumnSlots.Create(input, column, capacity) : null)];
        _id = input.GetIdGetter();
        _ids = new DataViewRowId[capacity];
        _batches = new long[capacity];
        _asked = -capacity;
    }

    public override DataViewSchema Schema => _map.OutputSchema;

    public override long Position => _position;

    public override long Batch => _slot < 0 ? 0 : _batches[_slot];

    public override bool MoveNext()
    {
        if (++_slot >= _count && !Fill())
        {
            _position = -1;
            return false;
        }

        _position = checked(_position + 1);
        return true;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[Current()];

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        TypedGetter.CheckActive(_active, column);
        var getter = _map.IsOutput(column) ? _getters[column.Index - _map.InputSchema.Count] : _passed[column.Index]!.Getter(Current);
        return TypedGetter.Cast<TValue>(getter, column);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _batch.Dispose();
            _input.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool Fill()
    {
        (_slot, _count, _evaluated) = (-1, 0, 0);
        while (!_ended && _count < _ids.Length)
        {
            if (_ended = !_input.MoveNext()) break;
            foreach (var column in _passed) column?.Read(_count);
            _batch.Read(_count);
            _id(ref _ids[_count]);
            _batches[_count++] = _input.Batch;
        }

        if (_count > 0) _slot = 0;
        return _count > 0;
    }

    private int Current() => _slot >= 0 && _slot < _count ? _slot : throw new InvalidOperationException("The cursor is not on a row");

    private int Evaluated()
    {
        int slot = Current();
        if (slot >= _evaluated)
        {
            int end = _position - _asked <= _ids.Length ? _count : slot + 1;
            _batch.Evaluate(slot, end - slot);
            _evaluated = end;
        }

        _asked = _position;
        return slot;
    }
}
