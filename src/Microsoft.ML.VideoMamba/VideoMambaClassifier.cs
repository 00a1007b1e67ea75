using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Columns;
using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.Schemas;
using Microsoft.ML.VideoMamba.Training;

namespace Microsoft.ML.VideoMamba;

/// <summary>Scores clips with a published checkpoint, without training: <see cref="IEstimator{TTransformer}"/> for the <see cref="VideoMambaTransformer"/>.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Video, or a known-sized vector of Single, (3, T, H, W) |
/// | Output columns | Score: a vector of Single, a probability for each class; PredictedLabel: a key of UInt32 |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.VideoMamba and a libtorch, such as TorchSharp-cpu |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class VideoMambaClassifier : IEstimator<VideoMambaTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly Options _options;
    private readonly Lazy<CheckpointNetwork> _network;

    internal VideoMambaClassifier(IHostEnvironment environment, Options options, IReadOnlyList<string>? labels)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (_environment, _options) = (environment, options);
        _network = new Lazy<CheckpointNetwork>(() => CheckpointNetwork.Load(environment, options, labels), LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>Loads the checkpoint and checks the input column; there is nothing to learn.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or has the wrong type.</exception>
    /// <exception cref="ArgumentException">There is not one label for each class.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint has no head.</exception>
    /// <exception cref="Models.Checkpoints.CheckpointException">The checkpoint cannot be read or is no VideoMamba.</exception>
    public VideoMambaTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var (network, labels) = _network.Value;
        if (network.Config.Classes == 0) throw new InvalidOperationException($"{_options.Checkpoint} has no head: it can embed, but not classify.");
        var transformer = new VideoMambaTransformer(_environment, network, Settings(), labels is null ? null : KeyNames.OfText(labels));
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <summary>The shape of the schema after the transformation. Whether classes have names is read off the checkpoint.</summary>
    /// <param name="inputSchema">The shape before.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or has the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        FeatureColumn.Check(inputSchema.Find("feature", _options.InputColumnName));
        return inputSchema.With(ScoreColumns.ClassificationShapes(_options.ScoreColumnName, _options.PredictedLabelColumnName, _network.Value.Labels is null ? null : TextDataViewType.Instance));
    }

    private VideoMambaTransformer.Settings Settings() => new()
    {
        Task = TrainingTask.Classification,
        FeatureColumnName = _options.InputColumnName,
        ScoreColumnName = _options.ScoreColumnName,
        PredictedLabelColumnName = _options.PredictedLabelColumnName,
        BatchSize = _options.BatchSize,
        Device = _options.Device,
        Precision = _options.Precision,
    };

    /// <summary>Options for the <see cref="VideoMambaClassifier"/>.</summary>
    public sealed class Options : CheckpointOptions
    {
        /// <summary>Name of the column of probabilities that is made.</summary>
        public string ScoreColumnName { get; set; } = "Score";

        /// <summary>Name of the column of the most probable class that is made.</summary>
        public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

        internal void Check()
        {
            CheckNetwork();
            ArgumentException.ThrowIfNullOrEmpty(ScoreColumnName);
            ArgumentException.ThrowIfNullOrEmpty(PredictedLabelColumnName);
        }
    }
}
