using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Columns;
using Microsoft.ML.VideoMamba.DataViews;
using Microsoft.ML.VideoMamba.Interop;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.Schemas;
using Microsoft.ML.VideoMamba.Training.Inference;

namespace Microsoft.ML.VideoMamba;

/// <summary>Turns clips into vectors of features, several at once. A row without a clip gets NaN. Made by <see cref="VideoMambaEmbedder"/>.</summary>
public sealed class VideoMambaEmbedderTransformer : VideoTransformer
{
    internal const string LoaderName = "VideoMambaEmbedder";

    internal static readonly ModelFormat Format = new("VMEMBED ", LoaderName);

    private readonly Network _network;
    private readonly Settings _settings;
    private readonly Pooling _pooling;

    internal VideoMambaEmbedderTransformer(IHostEnvironment environment, Network network, Settings settings)
        : base(environment.Register(LoaderName), Format)
    {
        (_network, _settings, _pooling) = (network, settings, settings.ToPooling());
        if (_pooling.LayerIndex >= network.Config.Depth) throw new ArgumentException($"{nameof(settings.Layer)} is {_pooling.LayerIndex}; the network's layers are 0 to {network.Config.Depth - 1}.", nameof(settings));
    }

    /// <summary>The network's shape.</summary>
    public VideoMambaConfig Config => _network.Config;

    /// <summary>Where it runs: <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device => _network.Device;

    internal static VideoMambaEmbedderTransformer Load(IHostEnvironment environment, ModelReader reader)
    {
        var settings = reader.Settings<Settings>();
        settings.Check();
        return new VideoMambaEmbedderTransformer(environment, reader.Network(environment, settings.Device, settings.Precision), settings);
    }

    private protected override RowMap MapRows(DataViewSchema inputSchema) => new EmbedMap(inputSchema, inputSchema.Find("feature", _settings.InputColumnName), this);

    private protected override void Save(ModelWriter writer)
    {
        writer.Settings(_settings);
        writer.Network(_network);
    }

    /// <summary>What a model zip says beside the weights.</summary>
    internal sealed record Settings
    {
        public string OutputColumnName { get; init; } = "";

        public string InputColumnName { get; init; } = "";

        public PoolingKind Pooling { get; init; }

        public int? Layer { get; init; }

        public int BatchSize { get; init; } = 1;

        public string? Device { get; init; }

        public InferencePrecision Precision { get; init; }

        public Pooling ToPooling() => Pooling switch
        {
            PoolingKind.Cls => Models.Pooling.Cls,
            PoolingKind.Mean => Models.Pooling.Mean,
            PoolingKind.Frames => Models.Pooling.Frames,
            PoolingKind.Tokens => Models.Pooling.Tokens,
            _ => Models.Pooling.Layer(Layer.GetValueOrDefault()),
        };

        /// <summary>Checks what was read from a file.</summary>
        /// <exception cref="InvalidDataException">It is damaged.</exception>
        public void Check()
        {
            if (string.IsNullOrEmpty(OutputColumnName) || string.IsNullOrEmpty(InputColumnName) || !Enum.IsDefined(Pooling) || Layer < 0 || BatchSize < 1 || !Enum.IsDefined(Precision))
            {
                throw new InvalidDataException($"The model's settings are damaged: {this}.");
            }
        }
    }

    private sealed class EmbedMap : RowMap
    {
        private readonly DataViewSchema.Column _input;
        private readonly VideoMambaEmbedderTransformer _owner;

        public EmbedMap(DataViewSchema schema, DataViewSchema.Column input, VideoMambaEmbedderTransformer owner)
            : base(schema, new DataViewSchema.DetachedColumn(owner._settings.OutputColumnName, new VectorDataViewType(NumberDataViewType.Single, owner.Dimensions())))
        {
            FeatureColumn.Check(input, owner.Config.Frames, owner.Config.Height, owner.Config.Width);
            (_input, _owner) = (input, owner);
        }

        public override int BatchSize => _owner._settings.BatchSize;

        protected override IEnumerable<DataViewSchema.Column> Inputs => [_input];

        public override IBatch Open(DataViewRow input, int capacity)
        {
            var reader = NetworkInput.Open(input, input.Schema[_input.Index], capacity, _owner._network.Preparation);
            int width = _owner.Dimensions().Aggregate((product, size) => product * size);
            return new NetworkBatch(_owner._network, reader, width, (model, clips) => model.Embed(clips, _owner._pooling), capacity, [RowGetters.Vector]);
        }
    }

    private int[] Dimensions() => _pooling.Kind switch
    {
        PoolingKind.Frames => [Config.TemporalPositions, Config.EmbedDim],
        PoolingKind.Tokens => [Config.SequenceLength, Config.EmbedDim],
        _ => [Config.EmbedDim],
    };
}
