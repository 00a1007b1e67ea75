using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.DataViews;
using Microsoft.ML.VideoMamba.Interop;

namespace Microsoft.ML.VideoMamba;

/// <summary>
/// What all transformers of this library have in common: they add columns row by row, computed lazily and in batches, can be saved in a model zip, and may
/// be used from any number of threads at once. None is disposable: a prediction engine would dispose of a transformer that others still use.
/// </summary>
public abstract class VideoTransformer : ITransformer
{
    private readonly ModelFormat _format;

    private protected VideoTransformer(IHost host, ModelFormat format) => (Host, _format) = (host, format);

    /// <summary>Always true: each output row depends on one input row.</summary>
    public bool IsRowToRowMapper => true;

    private protected IHost Host { get; }

    /// <summary>The schema after the transformation.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Map(inputSchema).OutputSchema;

    /// <summary>The transformation of single rows.</summary>
    /// <param name="inputSchema">The schema before.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new RowMapper(Map(inputSchema));

    /// <summary>Adds the columns to a data view. Nothing is computed before they are read.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has the wrong type.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new MappedDataView(input, Map(input.Schema));
    }

    /// <inheritdoc/>
    void ICanSaveModel.Save(ModelSaveContext ctx) => Save(new ModelWriter(ctx, _format));

    private protected abstract RowMap MapRows(DataViewSchema inputSchema);

    private protected abstract void Save(ModelWriter writer);

    private RowMap Map(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return MapRows(inputSchema);
    }
}
