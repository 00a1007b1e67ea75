using System.Diagnostics;
using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Experiments;
using Microsoft.ML.VideoMamba.Interop;
using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.Trainers;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Training.Experiments;

namespace Microsoft.ML.VideoMamba;

/// <summary>
/// Finds the recipe that learns a user's own clips best within a time: trains one network after another, of sizes, rates and augmentations that a tuner chooses, in the shape
/// of Microsoft.ML.AutoML's experiments.
/// </summary>
/// <remarks>Clips are decoded once for all trials. A trial that fails is a row of the result. One trial is trained at a time, on all cores or the one device.</remarks>
public sealed class VideoMambaExperiment
{
    private readonly IHostEnvironment _environment;
    private readonly TrainingTask _task;
    private readonly VideoMambaExperimentSettings _settings;

    internal VideoMambaExperiment(IHostEnvironment environment, TrainingTask task, VideoMambaExperimentSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.ValidationFraction is not (> 0 and < 1)) throw new ArgumentException($"{nameof(settings.ValidationFraction)} must be in (0, 1); it is {settings.ValidationFraction}.", nameof(settings));
        ArgumentOutOfRangeException.ThrowIfNegative(settings.CacheMemoryBytes.GetValueOrDefault());
        ArgumentOutOfRangeException.ThrowIfNegative(settings.CacheDiskBytes);
        (_environment, _task, _settings) = (environment, task, settings);
        Options("anywhere", "cpu").Validate(task);
        var plan = ExperimentPlan.Of(settings, task);
        plan.Space.Check(plan.Recipe);
    }

    /// <summary>Searches on rows of clips.</summary>
    /// <param name="trainData">Rows to learn from.</param>
    /// <param name="validationData">Rows to judge trials by; null to hold out <see cref="VideoMambaExperimentSettings.ValidationFraction"/>.</param>
    /// <param name="preFeaturizer">Makes the columns of clips and labels of other ones; it is then a part of each model. Null where they are there.</param>
    /// <param name="progressHandler">Told of each trial when it is left.</param>
    /// <exception cref="ArgumentException">A column is missing or has the wrong type.</exception>
    /// <exception cref="ExperimentException">The folder holds another experiment, or trial after trial failed.</exception>
    public VideoMambaExperimentResult Execute(
        IDataView trainData, IDataView? validationData = null, IEstimator<ITransformer>? preFeaturizer = null, IProgress<VideoMambaRunDetail>? progressHandler = null) =>
        OnRows(trainData, validationData, folds: null, preFeaturizer, progressHandler);

    /// <summary>Searches on rows of clips; the mean over folds judges a trial, of which each holds out another part.</summary>
    /// <param name="trainData">The rows.</param>
    /// <param name="numberOfCVFolds">Folds, at least 2.</param>
    /// <inheritdoc cref="Execute(IDataView, IDataView?, IEstimator{ITransformer}?, IProgress{VideoMambaRunDetail}?)"/>
#pragma warning disable CS1573 // The others are inherited.
    public VideoMambaExperimentResult Execute(
        IDataView trainData, uint numberOfCVFolds, IEstimator<ITransformer>? preFeaturizer = null, IProgress<VideoMambaRunDetail>? progressHandler = null) =>
        OnRows(trainData, null, checked((int)numberOfCVFolds), preFeaturizer, progressHandler);
#pragma warning restore CS1573

    /// <summary>Searches on videos of a folder or list. The models take a column <c>Path</c> and give <c>PredictedLabel</c> as text.</summary>
    /// <param name="data">A folder with one sub-folder for each class, or a CSV with the columns path and label.</param>
    /// <param name="validation">The same, to judge trials by; null for the folder's own <c>val</c>, or to hold out a part.</param>
    /// <param name="progressHandler">Told of each trial when it is left.</param>
    /// <exception cref="DataListException">There is no such folder or list, or it is wrong.</exception>
    public VideoMambaExperimentResult Execute(string data, string? validation = null, IProgress<VideoMambaRunDetail>? progressHandler = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(data);
        var splits = DataSplits.Read(data);
        var training = splits.Training ?? throw new DataListException(data, "holds no list or folder 'train' to learn from");
        return Execute(training, validation is null ? splits.Validation : DataList.Read(validation), progress: progressHandler is null ? null : new LeftTrials(progressHandler));
    }

    /// <summary>Searches on listed videos.</summary>
    /// <param name="training">The videos to learn from.</param>
    /// <param name="validation">Those to judge trials by; null to hold out a part, or for folds.</param>
    /// <param name="folds">Folds whose mean judges a trial, at least 2; null for none.</param>
    /// <param name="progress">Told of each epoch and each change of a trial.</param>
    /// <param name="reading">Told how far the videos are read ahead of the first trial.</param>
    /// <param name="begun">Called once everything was checked and the folder holds this experiment and no other: what else belongs there may be written.</param>
    public VideoMambaExperimentResult Execute(DataList training, DataList? validation = null, int? folds = null, IProgress<ExperimentProgress>? progress = null, IProgress<ClipsRead>? reading = null, Action? begun = null)
    {
        ArgumentNullException.ThrowIfNull(training);
        if (validation is not null && folds is not null) throw new ArgumentException("A validation set and folds exclude each other.", nameof(folds));
        return Run((plan, seed, folder, _) => new FileInput(plan, _settings, seed, training, validation, folds, folder.Cache), progress, reading, begun);
    }

    private VideoMambaExperimentResult OnRows(IDataView data, IDataView? validation, int? folds, IEstimator<ITransformer>? featurizer, IProgress<VideoMambaRunDetail>? progress)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Run((plan, seed, folder, reader) => new RowInput(reader, plan, _settings, seed, data, validation, folds, featurizer, folder.Cache), progress is null ? null : new LeftTrials(progress));
    }

    private VideoMambaExperimentResult Run(Func<ExperimentPlan, int, ExperimentFolder, RowReader, IExperimentInput> open, IProgress<ExperimentProgress>? progress, IProgress<ClipsRead>? reading = null, Action? begun = null)
    {
        var clock = Stopwatch.StartNew();
        var host = _environment.Register(nameof(VideoMambaExperiment));
        using var channel = host.Start("Experiment");
        using var cancellation = new HostCancellation(host, _settings.CancellationToken);
        var folder = new ExperimentFolder(_settings.OutputDirectory ?? Path.Combine(MLNet.TemporaryFolder(_environment), $"videomamba-experiment-{Guid.NewGuid():N}"));
        var plan = ExperimentPlan.Of(_settings, _task);
        var options = Options(folder.FullName, NetworkDevice.Choose(host, _settings.Device));
        using var claim = ExperimentClaim.Take(folder.FullName, _settings.Resume);
        var logger = new ExperimentLogger(new ChannelLogger(channel));
        IExperimentInput opened;
        try
        {
            opened = open(plan, options.Seed, folder, new RowReader(_environment, host, channel, RowOptions(folder), _task, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.Token.IsCancellationRequested)
        {
            return new VideoMambaExperimentResult(Experiment.Cancelled(plan.Recipe, plan.Space, options with { Spent = clock.Elapsed }, claim), folder.FullName, logger.Failures);
        }

        using var input = opened;
        var experiment = new Experiment(plan.Recipe, plan.Space, input.Folds, input.Outputs, options with { Spent = clock.Elapsed }, input.Save, logger);
        return new VideoMambaExperimentResult(experiment.Run(claim, progress, reading, begun, cancellation.Token), folder.FullName, logger.Failures);
    }

    private ExperimentOptions Options(string folder, string device) => new()
    {
        Folder = folder,
        Resume = _settings.Resume,
        Time = _settings.MaxExperimentTimeInSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        MaxTrials = _settings.MaxModels,
        Metric = _settings.OptimizingMetric,
        Tuner = _settings.Tuner,
        Seed = _settings.Seed ?? MLNet.Seed(_environment) ?? 1,
        Device = device,
        Precision = _settings.Precision,
        Workers = _settings.Workers,
        MaxBatchSize = _settings.MaxBatchSize,
        BalanceClasses = _settings.BalanceClasses,
        OnFailure = _settings.OnFailure,
    };

    private VideoMambaTrainer.Options RowOptions(ExperimentFolder folder) => new()
    {
        LabelColumnName = _settings.LabelColumnName,
        FeatureColumnName = _settings.FeatureColumnName,
        CacheMemoryBytes = _settings.CacheMemoryBytes,
        CacheFolder = folder.Cache,
        CacheDiskBytes = _settings.CacheDiskBytes,
        OnFailure = _settings.OnFailure,
    };

    /// <summary>Passes on trials that are left.</summary>
    private sealed class LeftTrials(IProgress<VideoMambaRunDetail> handler) : IProgress<ExperimentProgress>
    {
        public void Report(ExperimentProgress value)
        {
            if (value.Trial.State != TrialState.Running) handler.Report(new VideoMambaRunDetail(value.Trial));
        }
    }
}
