using System.Globalization;
using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Columns;
using Microsoft.ML.VideoMamba.DataViews;
using Microsoft.ML.VideoMamba.Interop;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.Schemas;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Inference;

namespace Microsoft.ML.VideoMamba;

/// <summary>
/// A trained VideoMamba: scores clips, or vectors (3, T, H, W) of Single, several at once. Classification adds a probability for each class and the key of the
/// most probable one, regression a number. A row without a clip gets NaN, and a missing key. Made by <see cref="VideoMambaTrainer"/> and
/// <see cref="VideoMambaClassifier"/>.
/// </summary>
public sealed class VideoMambaTransformer : VideoTransformer
{
    internal const string LoaderName = "VideoMambaModel";

    internal static readonly ModelFormat Format = new("VMMODEL ", LoaderName);

    private readonly Network _network;
    private readonly Settings _settings;
    private readonly KeyNames? _names;

    internal VideoMambaTransformer(IHostEnvironment environment, Network network, Settings settings, KeyNames? names)
        : base(environment.Register(LoaderName), Format) => (_network, _settings, _names) = (network, settings, names);

    /// <summary>The network's shape.</summary>
    public VideoMambaConfig Config => _network.Config;

    /// <summary>Where it runs: <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device => _network.Device;

    /// <summary>Names of the classes, in the order of their keys; null where the label column had none, and for regression.</summary>
    public IReadOnlyList<string>? Labels => _names?.Texts;

    /// <summary>How the epochs of its training went; empty for one that was not trained here.</summary>
    public IReadOnlyList<EpochMetrics> Epochs => _settings.Epochs;

    /// <summary>The epoch that the weights are from, counted from 1; 0 where none was finished.</summary>
    public int BestEpoch => _settings.BestEpoch;

    /// <summary>Writes the weights with their configuration and labels as a safetensors file, which <c>Checkpoint</c> options and the tool take.</summary>
    /// <param name="path">The file; overwritten.</param>
    /// <exception cref="CheckpointException">The file cannot be written.</exception>
    public void SaveCheckpoint(string path) => _network.Save(path, LabelsOfHead);

    internal Network Network => _network;

    private IReadOnlyList<string>? LabelsOfHead => Labels?.Count == Config.Classes ? Labels : null;

    internal static VideoMambaTransformer OfCheckpoint(IHostEnvironment environment, string checkpoint, string featureColumnName, IReadOnlyList<string>? labels)
    {
        var options = new VideoMambaClassifier.Options { Checkpoint = checkpoint, InputColumnName = featureColumnName };
        options.Check();
        var (network, names) = CheckpointNetwork.Load(environment, options, labels);
        if (network.Config.Classes == 0) throw new ArgumentException($"{checkpoint} has no head: it can embed, but not predict.", nameof(checkpoint));
        var settings = new Settings
        {
            Task = network.Config.Classes == 1 ? TrainingTask.Regression : TrainingTask.Classification,
            FeatureColumnName = featureColumnName,
            ScoreColumnName = options.ScoreColumnName,
            PredictedLabelColumnName = options.PredictedLabelColumnName,
            BatchSize = options.BatchSize,
        };
        return new VideoMambaTransformer(environment, network, settings, settings.Task == TrainingTask.Regression || names is null ? null : KeyNames.OfText(names));
    }

    internal static VideoMambaTransformer Load(IHostEnvironment environment, ModelReader reader)
    {
        var settings = reader.Settings<Settings>();
        settings.Check();
        var names = settings.Names is null ? null : KeyNames.Restore(settings.Names);
        var network = reader.Network(environment, settings.Device, settings.Precision);
        int classes = network.Config.Classes;
        if (settings.Task == TrainingTask.Regression ? classes != 1 : classes < 1 || (names is not null && names.Texts.Count != classes))
        {
            throw new InvalidDataException($"The model is damaged: {settings.Task} with {names?.Texts.Count.ToString(CultureInfo.InvariantCulture) ?? "no"} names does not fit a network of {classes} classes.");
        }

        return new VideoMambaTransformer(environment, network, settings, names);
    }

    private protected override RowMap MapRows(DataViewSchema inputSchema) => new ScoreMap(inputSchema, inputSchema.Find("feature", _settings.FeatureColumnName), this);

    private protected override void Save(ModelWriter writer)
    {
        writer.Settings(_settings with { Names = _names?.Store() });
        writer.Network(_network, LabelsOfHead);
    }

    /// <summary>What a model zip says beside the weights.</summary>
    internal sealed record Settings
    {
        public TrainingTask Task { get; init; }

        public string FeatureColumnName { get; init; } = "";

        public string ScoreColumnName { get; init; } = "";

        public string PredictedLabelColumnName { get; init; } = "";

        public int BatchSize { get; init; } = 1;

        public string? Device { get; init; }

        public InferencePrecision Precision { get; init; }

        public IReadOnlyList<EpochMetrics> Epochs { get; init; } = [];

        public int BestEpoch { get; init; }

        public KeyNames.Stored? Names { get; init; }

        /// <summary>Checks what was read from a file.</summary>
        /// <exception cref="InvalidDataException">It is damaged.</exception>
        public void Check()
        {
            if (!Enum.IsDefined(Task) || string.IsNullOrEmpty(FeatureColumnName) || string.IsNullOrEmpty(ScoreColumnName) || BatchSize < 1 || !Enum.IsDefined(Precision) || Epochs is null
                || (Task == TrainingTask.Classification && string.IsNullOrEmpty(PredictedLabelColumnName)))
            {
                throw new InvalidDataException($"The model's settings are damaged: {this}.");
            }
        }
    }

    private sealed class ScoreMap : RowMap
    {
        private readonly DataViewSchema.Column _feature;
        private readonly VideoMambaTransformer _owner;

        public ScoreMap(DataViewSchema schema, DataViewSchema.Column feature, VideoMambaTransformer owner)
            : base(schema, Outputs(schema, owner))
        {
            FeatureColumn.Check(feature, owner.Config.Frames, owner.Config.Height, owner.Config.Width);
            (_feature, _owner) = (feature, owner);
        }

        public override int BatchSize => _owner._settings.BatchSize;

        protected override IEnumerable<DataViewSchema.Column> Inputs => [_feature];

        public override IBatch Open(DataViewRow input, int capacity)
        {
            var network = _owner._network;
            var reader = NetworkInput.Open(input, input.Schema[_feature.Index], capacity, network.Preparation);
            return _owner._settings.Task == TrainingTask.Regression
                ? new NetworkBatch(network, reader, 1, (model, clips) => model.Score(clips), capacity, [RowGetters.Scalar])
                : new NetworkBatch(network, reader, network.Config.Classes, (model, clips) => model.Score(clips).softmax(1), capacity, [RowGetters.KeyOfHighest, RowGetters.Vector]);
        }

        private static DataViewSchema.DetachedColumn[] Outputs(DataViewSchema schema, VideoMambaTransformer owner) => owner._settings.Task == TrainingTask.Regression
            ? [ScoreColumns.OfNumber(schema, owner._settings.ScoreColumnName)]
            : ScoreColumns.OfClasses(schema, owner._settings.ScoreColumnName, owner._settings.PredictedLabelColumnName, owner.Config.Classes, owner._names);
    }
}
