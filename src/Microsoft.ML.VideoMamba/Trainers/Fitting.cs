using System.Globalization;
using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Columns;
using Microsoft.ML.VideoMamba.Datasets;
using Microsoft.ML.VideoMamba.Interop;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.Training;

namespace Microsoft.ML.VideoMamba.Trainers;

/// <summary>One call of a trainer's Fit: rows are read and kept, a network learns from them, and ML.NET's channels hear of it.</summary>
internal sealed class Fitting : IProgress<TrainingProgress>, IDisposable
{
    private static readonly ProgressHeader s_header = new(["Training loss", "Validation loss", "Validation top-1", "Clips per second"], ["epochs", "steps"]);

    private readonly IHostEnvironment _environment;
    private readonly TrainingTask _task;
    private readonly VideoMambaTrainer.Options _options;
    private readonly TrainerArguments _arguments;
    private readonly IHost _host;
    private readonly IChannel _channel;
    private readonly IProgressChannel _progressChannel;
    private readonly HostCancellation _cancellation;
    private TrainingProgress? _progress;

    public Fitting(IHostEnvironment environment, TrainingTask task, VideoMambaTrainer.Options options, TrainerArguments arguments)
    {
        (_environment, _task, _options, _arguments) = (environment, task, options, arguments);
        _host = environment.Register(VideoMambaTrainer.HostName);
        _channel = _host.Start("Training");
        _progressChannel = _host.StartProgressChannel("Training VideoMamba");
        _progressChannel.SetHeader(s_header, Fill);
        _cancellation = new HostCancellation(_host, arguments.Cancellation);
    }

    public VideoMambaTransformer Run(IDataView input)
    {
        var reader = new RowReader(_environment, _host, _channel, _options, _task, _cancellation);
        var (feature, label, classes) = reader.Columns(input.Schema);
        var names = _task == TrainingTask.Classification ? KeyNames.Read(label) : null;
        if (_arguments.ValidationSet is { } validationView) reader.CheckValidation(validationView.Schema, feature, classes, names);

        string device = NetworkDevice.Choose(_host, _options.Device);
        int seed = _options.Seed ?? MLNet.Seed(_environment) ?? 1;
        using var checkpoint = _options.Checkpoint is null ? null : Checkpoint.Open(_options.Checkpoint, _options.CheckpointRoot);
        var config = NetworkShape.Of(_options, feature, classes, checkpoint);
        var options = OptionsMapping.ToTraining(_options, _task, device, seed);

        int side = Math.Min(config.Height, config.Width);
        using var training = reader.Read(input, side, "Training");
        using var validation = _arguments.ValidationSet is null ? null : reader.Read(_arguments.ValidationSet, side, "Validation");
        if (_task == TrainingTask.Classification) WarnOfRareClasses(training, classes, names);
        if (_options.BalanceClasses && _task == TrainingTask.Classification) options = options with { ClassWeights = ClassBalance.Weights(Enumerable.Range(0, training.Count).Select(training.LabelOf), classes) };
        var run = new TrainingRun(config, options, checkpoint is null ? null : model => Initialize(model, checkpoint), new ChannelLogger(_channel));
        _channel.Info(
            MessageSensitivity.None, "Training VideoMamba of {0} layers of width {1} on {2}, {3} frames of {4}x{5}: {6} clips, {7}.",
            config.Depth, config.EmbedDim, device, config.Frames, config.Height, config.Width, training.Count, _task == TrainingTask.Classification ? $"{classes} classes" : "regression");

        var result = run.Fit(training, validation, this, EpochDone, _cancellation.Token);
        if (result.Cancelled) HandleCancellation(result);
        if (result.Failures.Count > 0) _channel.Warning(MessageSensitivity.UserData, "{0} clips could not be read and were {1}; the first: {2}", result.Failures.Count, _options.OnFailure == Video.Reading.FailurePolicy.Substitute ? "replaced" : "left out", result.Failures[0].Message);
        return new VideoMambaTransformer(_environment, new Network(new PreparedModel(result.Model)), SettingsOf(result), names);
    }

    /// <summary>Hears of each step.</summary>
    public void Report(TrainingProgress value)
    {
        _progress = value;
        _cancellation.Ask();
        _arguments.Progress?.Report(value);
    }

    public void Dispose()
    {
        _cancellation.Dispose();
        _progressChannel.Dispose();
        _channel.Dispose();
    }

    private void Initialize(VideoMambaModel model, Checkpoint checkpoint) =>
        _channel.Info(MessageSensitivity.None, "Starting from {0}: {1}", checkpoint.Path, CheckpointLoader.Load(model, checkpoint, new LoadOptions { Head = HeadLoading.DropOnMismatch }));

    private void WarnOfRareClasses(RowSet rows, int classes, KeyNames? names)
    {
        int[] counts = new int[classes];
        for (int i = 0; i < rows.Count; i++) counts[rows.LabelOf(i).ClassIndex]++;
        foreach (int count in new[] { 0, 1 })
        {
            string[] rare = [.. Enumerable.Range(0, classes).Where(index => counts[index] == count).Select(index => names?.Texts[index] ?? (index + 1).ToString(CultureInfo.InvariantCulture))];
            if (rare.Length == 0) continue;
            _channel.Warning(
                MessageSensitivity.UserData, count == 0 ? "{0} of {1} classes have no clip and cannot be learned: {2}." : "{0} of {1} classes have a single clip, which is learned from and never held out: {2}.",
                rare.Length, classes, string.Join(", ", rare.Take(10)) + (rare.Length > 10 ? ", …" : ""));
        }
    }

    private void HandleCancellation(TrainingResult result)
    {
        if (_progress is null)
        {
            result.Model.Dispose();
            throw new OperationCanceledException("Operation was cancelled");
        }

        _channel.Warning(MessageSensitivity.None, result.BestEpoch > 0
            ? $"Training was stopped in epoch {_progress.Epoch} of {_progress.Epochs}; the best so far, of epoch {result.BestEpoch}, is kept."
            : $"Training was stopped in its first epoch, after step {_progress.Step}; the weights of that step are kept.");
    }

    private void EpochDone(EpochMetrics epoch)
    {
        _progressChannel.Checkpoint(epoch.TrainLoss, epoch.ValidationLoss, epoch.ValidationTop1, epoch.ClipsPerSecond, epoch.Epoch);
        var text = new List<string> { string.Create(CultureInfo.InvariantCulture, $"Epoch {epoch.Epoch} of {_options.Epochs}: loss {epoch.TrainLoss:0.0000}") };
        if (epoch.ValidationLoss is { } loss) text.Add(string.Create(CultureInfo.InvariantCulture, $"validation loss {loss:0.0000}"));
        if (epoch.ValidationTop1 is { } top1) text.Add(string.Create(CultureInfo.InvariantCulture, $"top-1 {top1:0.000}"));
        text.Add(string.Create(CultureInfo.InvariantCulture, $"{epoch.ClipsPerSecond:0.0} clips/s"));
        if (_progress is { Remaining: var remaining }) text.Add($"{TimeSpan.FromSeconds(Math.Round(remaining.TotalSeconds))} left");
        _channel.Info(MessageSensitivity.None, string.Join(", ", text));
        _arguments.MetricsCallback?.Invoke(epoch);
        _cancellation.Ask();
    }

    private void Fill(IProgressEntry entry)
    {
        if (_progress is not { } progress) return;
        entry.SetMetric(0, progress.Loss);
        entry.SetMetric(3, progress.ClipsPerSecond);
        entry.SetProgress(0, progress.Epoch - 1, progress.Epochs);
        entry.SetProgress(1, progress.Step, progress.Steps);
    }

    private VideoMambaTransformer.Settings SettingsOf(TrainingResult result) => new()
    {
        Task = _task,
        FeatureColumnName = _options.FeatureColumnName,
        ScoreColumnName = _options.ScoreColumnName,
        PredictedLabelColumnName = _options.PredictedLabelColumnName,
        BatchSize = _options.BatchSize,
        Device = _options.Device,
        Epochs = result.Epochs,
        BestEpoch = result.BestEpoch,
    };
}
