namespace Microsoft.ML.VideoMamba.DataViews;

/// <summary>Columns computed from the columns of the same row, several rows at a time. Everything else here is built on one of these.</summary>
internal abstract class RowMap
{
    /// <summary>Describes the mapping.</summary>
    /// <param name="inputSchema">The columns that there are.</param>
    /// <param name="outputs">The columns to add; one with an input's name hides it.</param>
    protected RowMap(DataViewSchema inputSchema, params IReadOnlyCollection<DataViewSchema.DetachedColumn> outputs)
    {
        var schema = new DataViewSchema.Builder();
        schema.AddColumns(inputSchema);
        schema.AddColumns(outputs);
        (InputSchema, OutputSchema, OutputCount) = (inputSchema, schema.ToSchema(), outputs.Count);
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>How many rows a cursor reads before it computes.</summary>
    public abstract int BatchSize { get; }

    /// <summary>The columns that are read.</summary>
    protected abstract IEnumerable<DataViewSchema.Column> Inputs { get; }

    private int OutputCount { get; }

    /// <summary>Starts on a row or cursor that has the <see cref="Inputs"/> active.</summary>
    /// <param name="input">The source of rows.</param>
    /// <param name="capacity">The most slots that will be filled.</param>
    public abstract IBatch Open(DataViewRow input, int capacity);

    public bool IsOutput(DataViewSchema.Column column) => column.Index >= InputSchema.Count;

    /// <summary>The input columns that some columns of the result need.</summary>
    public IEnumerable<DataViewSchema.Column> Dependencies(IReadOnlyCollection<DataViewSchema.Column> columns)
    {
        var passed = columns.Where(column => !IsOutput(column)).Select(column => column.Index);
        var read = columns.Any(IsOutput) ? Inputs.Select(column => column.Index) : [];
        return [.. passed.Union(read).Order().Select(index => InputSchema[index])];
    }

    public bool[] Active(IReadOnlyCollection<DataViewSchema.Column> columns)
    {
        var active = new bool[OutputSchema.Count];
        foreach (var column in columns) active[column.Index] = true;
        return active;
    }

    /// <summary>A getter for each active output, null for the others.</summary>
    public Delegate?[] Getters(IBatch batch, bool[] active, Func<int> slot) =>
        [.. Enumerable.Range(0, OutputCount).Select(output => active[InputSchema.Count + output] ? batch.Getter(output, slot) : null)];
}
