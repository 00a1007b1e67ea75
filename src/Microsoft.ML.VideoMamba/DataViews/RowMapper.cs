using Microsoft.ML.Data;

namespace Microsoft.ML.VideoMamba.DataViews;

/// <summary>A <see cref="RowMap"/> as ML.NET's chains and prediction engines use it.</summary>
internal sealed class RowMapper(RowMap map) : IRowToRowMapper
{
    public DataViewSchema InputSchema => map.InputSchema;

    public DataViewSchema OutputSchema => map.OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) => map.Dependencies([.. dependingColumns]);

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Schema != map.InputSchema) throw new ArgumentException("The schema of input row must be the same as the schema the mapper is bound to", nameof(input));
        return new MappedRow(map, input, [.. activeColumns]);
    }
}
