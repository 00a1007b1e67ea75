using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Training.Objectives;
using Microsoft.ML.VideoMamba.Training.Telemetry;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training;

/// <summary>Trains a model on labelled clips.</summary>
/// <example><code>
/// var config = VideoMambaConfig.Tiny with { Depth = 4, Tubelet = 2, Height = 64, Width = 64, Classes = 4 };
/// var run = new TrainingRun(config, new TrainingOptions { Epochs = 50, BatchSize = 32, LearningRate = 2e-3 });
/// var result = run.Fit(clips, epochDone: epoch =&gt; Console.WriteLine($"{epoch.Epoch}: {epoch.ValidationTop1:P0}"));
/// </code></example>
public sealed class TrainingRun
{
    private readonly VideoMambaConfig _config;
    private readonly TrainingOptions _options;
    private readonly Action<VideoMambaModel>? _initialize;
    private readonly ILogger _logger;

    /// <summary>Says what is trained and how.</summary>
    /// <param name="config">The model's shape; 1 class for regression.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="initialize">Loads weights to start from into a model with random ones; it is called at the start of each <see cref="Fit"/>.</param>
    /// <param name="logger">Told how it goes: epochs, clips that cannot be read, states that cannot be written.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or there is no such device.</exception>
    public TrainingRun(VideoMambaConfig config, TrainingOptions options, Action<VideoMambaModel>? initialize = null, ILogger? logger = null)
    {
        Check(config, options);
        (_config, _options, _initialize, _logger) = (config, options, initialize, logger ?? NullLogger.Instance);
    }

    /// <summary>Checks that a network can be trained so, as far as that can be said without the clips.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="options">How it is trained.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or there is no such device.</exception>
    public static void Check(VideoMambaConfig config, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(options);
        config.Validate();
        options.Validate();
        int least = options.Task == TrainingTask.Classification ? 2 : 1;
        if (config.Classes < least || (options.Task == TrainingTask.Regression && config.Classes != 1))
        {
            throw new ArgumentException($"{options.Task} needs {(least == 1 ? "a head of 1 class" : "at least 2 classes")}; there are {config.Classes}.", nameof(config));
        }

        if (options.ClassWeights is { } weights && weights.Count != config.Classes)
        {
            throw new ArgumentException($"{nameof(options.ClassWeights)} must be one for each of {config.Classes} classes; there are {weights.Count}.", nameof(options));
        }

        if (options.Loss == ClassificationLoss.Cosub && config is { DropPath: 0, HeadDropout: 0 })
        {
            throw new ArgumentException($"{nameof(ClassificationLoss.Cosub)} needs a {nameof(config.DropPath)} or {nameof(config.HeadDropout)} above 0: without, both submodels are the same network.", nameof(config));
        }

        ComputeDevice.Find(options.Device);
    }

    /// <summary>Trains. It blocks until the last epoch, an early stop or cancellation.</summary>
    /// <param name="training">The clips to learn from.</param>
    /// <param name="validation">Clips to choose the best epoch by; a part of <paramref name="training"/> (<see cref="TrainingOptions.ValidationFraction"/>) if left out.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="epochDone">Called after each epoch.</param>
    /// <param name="cancellation">Ends the training within a step; the result then holds the best so far.</param>
    /// <returns>The best model and how the epochs went. The caller disposes the model.</returns>
    /// <exception cref="ArgumentException">A set is empty, a label does not fit the task and the classes, or the state folder holds another training's state.</exception>
    /// <exception cref="CheckpointException">The state to go on from is damaged, or the teacher cannot be read.</exception>
    /// <exception cref="NonFiniteLossException">A loss became infinite or not a number.</exception>
    /// <exception cref="TrainingException">The training could not go on; what it had learned is in the exception.</exception>
    public TrainingResult Fit(
        ITrainingSet training, ITrainingSet? validation = null, IProgress<TrainingProgress>? progress = null, Action<EpochMetrics>? epochDone = null, CancellationToken cancellation = default)
    {
        CheckLabels(training, nameof(training));
        if (validation is not null) CheckLabels(validation, nameof(validation));
        else (training, validation) = Split(training);
        var model = CreateModel();
        using var session = CreateSession(model, training, validation, new TrainingListeners(progress, epochDone, _logger));
        return session.Run(cancellation);
    }

    /// <summary>Takes away the state that a training left in its <see cref="TrainingOptions.StateFolder"/>, and the folder if nothing else is in it: other files stay.</summary>
    /// <param name="folder">The folder; it need not be there.</param>
    public static void DeleteState(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Runs.StateFolder.Delete(folder);
    }

    private TrainingSession CreateSession(VideoMambaModel model, ITrainingSet training, ITrainingSet? validation, TrainingListeners listeners)
    {
        IObjective? objective = null;
        try
        {
            objective = CreateObjective(model, training);
            return new TrainingSession(model, objective, _options, training, validation, listeners);
        }
        catch
        {
            (objective as IDisposable)?.Dispose();
            model.Dispose();
            throw;
        }
    }

    private IObjective CreateObjective(VideoMambaModel model, ITrainingSet training)
    {
        var labels = CreateLabelObjective(model, training);
        if (_options.Distillation is not { } distillation) return labels;
        var teacher = Teacher.Load(distillation.Teacher, _config, ComputeDevice.Find(_options.Device));
        try
        {
            return new DistillationObjective(labels, teacher, model, distillation);
        }
        catch
        {
            teacher.Dispose();
            throw;
        }
    }

    private IObjective CreateLabelObjective(VideoMambaModel model, ITrainingSet training)
    {
        if (_options.Task == TrainingTask.Classification) return new ClassificationObjective(_options);
        var objective = new RegressionObjective(TargetScale.Of([.. Enumerable.Range(0, training.Count).Select(training.LabelOf)]));
        if (_initialize is not null) objective.Start(model);
        return objective;
    }

    private VideoMambaModel CreateModel()
    {
        var device = ComputeDevice.Find(_options.Device);
        TorchSeed.Set(_options.Seed, device);
        using var scope = NewDisposeScope();
        var model = new VideoMambaModel(_config);
        try
        {
            _initialize?.Invoke(model);
            model.to(device);
        }
        catch
        {
            model.Dispose();
            throw;
        }

        scope.Detach(model.parameters());
        scope.Detach(model.buffers());
        return model;
    }

    private (ITrainingSet Training, ITrainingSet? Validation) Split(ITrainingSet clips)
    {
        if (_options.ValidationFraction == 0) return (clips, null);
        var (training, validation) = ClipSplit.Stratified([.. Enumerable.Range(0, clips.Count).Select(clips.LabelOf)], _options.Task, _options.ValidationFraction, _options.Seed);
        return (new ClipSubset(clips, training), validation.Count > 0 ? new ClipSubset(clips, validation) : null);
    }

    private void CheckLabels(ITrainingSet clips, string name)
    {
        ArgumentNullException.ThrowIfNull(clips, name);
        if (clips.Count == 0) throw new ArgumentException("There is no clip.", name);
        for (int i = 0; i < clips.Count; i++)
        {
            var label = clips.LabelOf(i);
            bool fits = _options.Task == TrainingTask.Classification ? (uint)label.ClassIndex < (uint)_config.Classes : float.IsFinite(label.Target);
            if (fits) continue;
            throw new ArgumentException(_options.Task == TrainingTask.Classification
                ? $"Clip {i} is of class {label.ClassIndex}; classes run from 0 to {_config.Classes - 1}."
                : $"Clip {i} has the target {label.Target}, which is no finite number.", name);
        }
    }
}
