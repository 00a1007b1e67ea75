using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Columns;
using Microsoft.ML.VideoMamba.Interop;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.Schemas;

namespace Microsoft.ML.VideoMamba;

/// <summary>
/// Turns clips into vectors that say what they show, to search, cluster or train other models on: <see cref="IEstimator{TTransformer}"/> for the
/// <see cref="VideoMambaEmbedderTransformer"/>.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Video, or a known-sized vector of Single, (3, T, H, W) |
/// | Output column data type | Known-sized vector of Single: (d), (positions, d) or (tokens, d), as PoolingKind states |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.VideoMamba and a libtorch, such as TorchSharp-cpu |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class VideoMambaEmbedder : IEstimator<VideoMambaEmbedderTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly Options _options;
    private readonly Lazy<Network> _network;

    internal VideoMambaEmbedder(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.CheckWithCheckpoint();
        (_environment, _options) = (environment, options);
        _network = new Lazy<Network>(() => CheckpointNetwork.Load(environment, options, labels: null).Network, LazyThreadSafetyMode.PublicationOnly);
    }

    internal VideoMambaEmbedder(IHostEnvironment environment, Options options, ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        options.Check();
        var trained = model as VideoMambaTransformer ?? (model as IEnumerable<ITransformer>)?.OfType<VideoMambaTransformer>().LastOrDefault()
            ?? throw new ArgumentException("The model holds no trained VideoMamba.", nameof(model));
        (_environment, _options) = (environment, options);
        _network = new Lazy<Network>(trained.Network);
    }

    /// <summary>Loads the checkpoint and checks the input column; there is nothing to learn.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or has the wrong type.</exception>
    /// <exception cref="ArgumentException">The network has no such layer.</exception>
    /// <exception cref="Models.Checkpoints.CheckpointException">The checkpoint cannot be read or is no VideoMamba.</exception>
    public VideoMambaEmbedderTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var settings = new VideoMambaEmbedderTransformer.Settings
        {
            OutputColumnName = _options.OutputColumnName,
            InputColumnName = _options.InputColumnName,
            Pooling = _options.Pooling,
            Layer = _options.Layer,
            BatchSize = _options.BatchSize,
            Device = _options.Device,
            Precision = _options.Precision,
        };
        var transformer = new VideoMambaEmbedderTransformer(_environment, _network.Value, settings);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <summary>The shape of the schema after the transformation.</summary>
    /// <param name="inputSchema">The shape before.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or has the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        FeatureColumn.Check(inputSchema.Find("feature", _options.InputColumnName));
        return inputSchema.With(MLNet.Column(_options.OutputColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single));
    }

    /// <summary>Options for the <see cref="VideoMambaEmbedder"/>.</summary>
    public sealed class Options : CheckpointOptions
    {
        /// <summary>Name of the column of vectors that is made.</summary>
        public string OutputColumnName { get; set; } = "Features";

        /// <summary>Which features.</summary>
        public PoolingKind Pooling { get; set; } = PoolingKind.Cls;

        /// <summary>The layer of <see cref="PoolingKind.Layer"/>, from 0; null with every other pooling.</summary>
        public int? Layer { get; set; }

        internal void CheckWithCheckpoint()
        {
            CheckNetwork();
            Check();
        }

        internal void Check()
        {
            ArgumentException.ThrowIfNullOrEmpty(OutputColumnName);
            ArgumentException.ThrowIfNullOrEmpty(InputColumnName);
            if (!Enum.IsDefined(Pooling)) throw new ArgumentOutOfRangeException(nameof(Pooling), Pooling, "No such pooling.");
            if (Pooling == PoolingKind.Layer != Layer.HasValue) throw new ArgumentException($"{nameof(Layer)} goes with {nameof(Pooling)} {PoolingKind.Layer}, and only with it; they are {(Layer is null ? "null" : Layer)} and {Pooling}.", nameof(Layer));
            ArgumentOutOfRangeException.ThrowIfNegative(Layer.GetValueOrDefault(), nameof(Layer));
        }
    }
}
