using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Clips;
using Microsoft.ML.VideoMamba.DataViews;
using Microsoft.ML.VideoMamba.Interop;
using Microsoft.ML.VideoMamba.Schemas;

namespace Microsoft.ML.VideoMamba;

/// <summary>Reads clips of videos into a column, each when it is asked for; cursors decode several at once. Made by <see cref="VideoFrameLoader"/>.</summary>
public sealed class VideoFrameLoaderTransformer : VideoTransformer
{
    internal const string LoaderName = "VideoFrameLoader";

    internal static readonly ModelFormat Format = new("VMFRAMES", LoaderName);

    private readonly VideoFrameLoader.Options _options;
    private readonly ClipLoader _loader;

    internal VideoFrameLoaderTransformer(IHostEnvironment environment, VideoFrameLoader.Options options)
        : base(environment.Register(LoaderName), Format)
    {
        _options = options;
        _loader = new ClipLoader(Host, options);
    }

    internal VideoFrameLoaderTransformer(IHostEnvironment environment, ModelReader reader)
        : this(environment, reader.Settings<VideoFrameLoader.Options>())
    {
    }

    /// <summary>How many videos could not be read so far, over all uses of this transformer.</summary>
    public int Failures => _loader.Failures;

    private protected override RowMap MapRows(DataViewSchema inputSchema) => new ClipMap(inputSchema, inputSchema.Find("input", _options.InputColumnName), _options, _loader);

    private protected override void Save(ModelWriter writer) => writer.Settings(_options);

    private sealed class ClipMap : RowMap
    {
        private readonly DataViewSchema.Column _input;
        private readonly ClipLoader _loader;
        private readonly int _workers;

        public ClipMap(DataViewSchema schema, DataViewSchema.Column input, VideoFrameLoader.Options options, ClipLoader loader)
            : base(schema, new DataViewSchema.DetachedColumn(options.OutputColumnName, VideoDataViewType.Instance))
        {
            var itemType = input.Type is VectorDataViewType vector ? vector.ItemType : input.Type;
            if (!ClipSource.Accepts(itemType, input.Type is VectorDataViewType)) throw SchemaMismatch.Type("input", input.Name, ClipSource.ExpectedTypes, input.Type);
            (_input, _loader) = (input, loader);
            _workers = options.Workers > 0 ? options.Workers : Environment.ProcessorCount;
        }

        /// <summary>Enough that the workers have something to do while rows are read.</summary>
        public override int BatchSize => checked(2 * _workers);

        protected override IEnumerable<DataViewSchema.Column> Inputs => [_input];

        public override IBatch Open(DataViewRow input, int capacity) => new ClipBatch(ClipSource.Open(input, input.Schema[_input.Index], _loader), capacity, Math.Min(capacity, _workers));
    }
}
