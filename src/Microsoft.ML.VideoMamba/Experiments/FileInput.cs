using Microsoft.ML.Data;
using Microsoft.ML.VideoMamba.Columns;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Training.Experiments;

namespace Microsoft.ML.VideoMamba.Experiments;

/// <summary>Files of lists, or of folders. Models take a column Path, and need no label.</summary>
internal sealed class FileInput : IExperimentInput
{
    private const string FeatureColumn = "Video";

    private readonly MLContext _context = new();
    private readonly TrainingTask _task;
    private readonly ClassNames? _classes;
    private readonly string _cache;

    /// <param name="plan">Says how large clips must be.</param>
    /// <param name="settings">The experiment's settings.</param>
    /// <param name="seed">Chooses what is held out.</param>
    /// <param name="data">Files to learn from.</param>
    /// <param name="validation">Files to judge trials by, or null.</param>
    /// <param name="folds">Folds to judge trials by, or null.</param>
    /// <param name="cacheFolder">Gets the decoded clips that do not fit in memory.</param>
    public FileInput(ExperimentPlan plan, VideoMambaExperimentSettings settings, int seed, DataList data, DataList? validation, int? folds, string cacheFolder)
    {
        (_task, _cache) = (plan.Recipe.Task, cacheFolder);
        _classes = _task == TrainingTask.Classification ? ClassNames.Of(data) : null;
        if (_classes is { Count: < 2 }) throw new InvalidDataException($"{data.Source}: all clips are of class '{_classes.Names[0]}'; at least 2 classes are needed to tell apart.");
        if (_classes is not null && validation is null && folds is null && data.Rows.CountBy(row => row.Label).All(label => label.Value == 1))
        {
            throw new InvalidDataException($"{data.Source}: every class has a single clip, and none can be held out to judge trials by: add clips, or a validation set.");
        }

        var cache = new ClipCache(settings.CacheMemoryBytes ?? ClipCache.DefaultMemoryBytes, settings.CacheDiskBytes > 0 ? cacheFolder : null, settings.CacheDiskBytes);
        // Twice the networks' frames leave their draws a choice; a seventh more than their size leaves random crops some room.
        int frames = 2 * plan.Frames, shortSide = (plan.Side * 8 + 6) / 7;
        var training = Set(data);
        Folds = validation is not null ? [new ExperimentFold(training, Set(validation))]
            : folds is { } count ? ExperimentFold.Split(training, _task, count, seed)
            : [ExperimentFold.HoldOut(training, _task, settings.ValidationFraction, seed)];

        VideoFileClips Set(DataList list) => new([.. list.Rows.Zip(LabelsOf(list), (row, label) => new LabeledFile(row.Path, label))], cache, frames, shortSide);
    }

    public int Outputs => _classes?.Count ?? 1;

    public IReadOnlyList<ExperimentFold> Folds { get; }

    public void Save(TrainingResult result, string path)
    {
        var rows = _context.Data.LoadFromEnumerable(Array.Empty<PathRow>());
        ITransformer frames = _context.Transforms.LoadVideoFrames(FeatureColumn, nameof(PathRow.Path), result.Model.Config.Frames).Fit(rows);
        ITransformer scores = ModelZip.Transformer(_context, result, FeatureColumn, _classes is null ? null : KeyNames.OfText(_classes.Names));
        List<ITransformer> steps = [frames, scores];
        if (_classes is not null) steps.Add(_context.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scores.Transform(frames.Transform(rows))));
        ModelZip.Write(_context, new TransformerChain<ITransformer>([.. steps]), rows.Schema, path);
    }

    public void Dispose() => ClipCache.Delete(_cache);

    private IReadOnlyList<TrainingLabel> LabelsOf(DataList list) => _classes is null ? RegressionTargets.Of(list) : _classes.LabelsOf(list);

    /// <summary>What a model reads.</summary>
    private sealed class PathRow
    {
        public string Path { get; set; } = "";
    }
}
