using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Columns;
using Microsoft.ML.VideoMamba.Datasets;
using Microsoft.ML.VideoMamba.Trainers;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Experiments;

namespace Microsoft.ML.VideoMamba.Experiments;

/// <summary>Rows of data views. Models take what the featurizer takes, or the clips themselves where there is none.</summary>
internal sealed class RowInput : IExperimentInput
{
    private readonly MLContext _context = new();
    private readonly ITransformer? _featurizer;
    private readonly DataViewSchema _schema;
    private readonly string _feature, _cache;
    private readonly KeyNames? _names;
    private readonly RowSet _training;
    private readonly RowSet? _validation;

    /// <param name="reader">Reads the rows.</param>
    /// <param name="plan">Says how large clips must be.</param>
    /// <param name="settings">The experiment's settings.</param>
    /// <param name="seed">Chooses what is held out.</param>
    /// <param name="data">Rows to learn from.</param>
    /// <param name="validation">Rows to judge trials by, or null.</param>
    /// <param name="folds">Folds to judge trials by, or null.</param>
    /// <param name="featurizer">Makes the columns of clips and labels, or null where they are there.</param>
    /// <param name="cacheFolder">Where the reader keeps the decoded clips that do not fit in memory.</param>
    public RowInput(RowReader reader, ExperimentPlan plan, VideoMambaExperimentSettings settings, int seed, IDataView data, IDataView? validation, int? folds, IEstimator<ITransformer>? featurizer, string cacheFolder)
    {
        (_schema, _feature, _cache) = (data.Schema, settings.FeatureColumnName, cacheFolder);
        _featurizer = featurizer?.Fit(data);
        if (_featurizer is not null) (data, validation) = (_featurizer.Transform(data), validation is null ? null : _featurizer.Transform(validation));
        var (feature, label, classes) = reader.Columns(data.Schema);
        if (feature.Type is not VideoDataViewType) throw new ArgumentException($"Column '{feature.Name}' is {feature.Type}: an experiment learns from clips (LoadVideoFrames makes them), since it tries networks of several sizes.", nameof(data));
        var task = plan.Recipe.Task;
        _names = task == TrainingTask.Classification ? KeyNames.Read(label) : null;
        Outputs = classes;
        if (validation is not null) reader.CheckValidation(validation.Schema, feature, classes, _names);
        _training = reader.Read(data, plan.Side, "Training");
        try
        {
            _validation = validation is null ? null : reader.Read(validation, plan.Side, "Validation");
            Folds = _validation is not null ? [new ExperimentFold(_training, _validation)]
                : folds is { } count ? ExperimentFold.Split(_training, task, count, seed)
                : [ExperimentFold.HoldOut(_training, task, settings.ValidationFraction, seed)];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Outputs { get; }

    public IReadOnlyList<ExperimentFold> Folds { get; }

    public void Save(TrainingResult result, string path)
    {
        ITransformer model = ModelZip.Transformer(_context, result, _feature, _names);
        ModelZip.Write(_context, _featurizer is null ? model : new TransformerChain<ITransformer>(_featurizer, model), _schema, path);
    }

    public void Dispose()
    {
        _training.Dispose();
        _validation?.Dispose();
        ClipRows.DeleteAll(_cache);
    }
}
