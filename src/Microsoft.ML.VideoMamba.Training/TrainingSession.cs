using Microsoft.ML.VideoMamba.Kernels.Frames;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Batches;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Objectives;
using Microsoft.ML.VideoMamba.Training.Optimization;
using Microsoft.ML.VideoMamba.Training.Runs;
using Microsoft.ML.VideoMamba.Training.Telemetry;
using static TorchSharp.torch;

namespace Microsoft.ML.VideoMamba.Training;

/// <summary>One training under way: epochs of steps, a validation after each, and what was best so far.</summary>
internal sealed class TrainingSession : IDisposable
{
    private readonly VideoMambaModel _model;
    private readonly TrainingOptions _options;
    private readonly IObjective _objective;
    private readonly BatchLoader _training;
    private readonly BatchLoader? _validation;
    private readonly FrameUploader? _uploader;
    private readonly Learner _learner;
    private readonly BestWeights _best;
    private readonly List<EpochMetrics> _epochs = [];
    private readonly StateFolder? _states;
    private readonly TrainingReporter _reporter;
    private CheckpointException? _stateFailure;
    private bool _modelTaken;

    /// <summary>Sets up a training.</summary>
    /// <param name="model">The network, on its device; the session disposes it, unless it is in a result.</param>
    /// <param name="objective">What is learned; the session disposes it, if it can be.</param>
    /// <param name="options">How.</param>
    /// <param name="training">The clips to learn from.</param>
    /// <param name="validation">The clips to choose the best epoch by, or null.</param>
    /// <param name="listeners">Who hears of it.</param>
    public TrainingSession(VideoMambaModel model, IObjective objective, TrainingOptions options, ITrainingSet training, ITrainingSet? validation, TrainingListeners listeners)
    {
        (_model, _objective, _options, _best) = (model, objective, options, new BestWeights(options.Criterion));
        var preparation = new ClipPreparation(model.Config, options.Augmentation);
        if (FrameUploader.Takes(model.Device)) _uploader = BatchUploads.Create(model, options);
        _training = new BatchLoader(training, preparation, options, training.HasFrames ? _uploader : null);
        _validation = validation is null ? null : new BatchLoader(validation, preparation, options, validation.HasFrames ? _uploader : null);
        int stepsOfEpoch = (_training.BatchesOfEpoch + options.AccumulationSteps - 1) / options.AccumulationSteps;
        _learner = new Learner(model, options, stepsOfEpoch, objective.Parameters);
        _reporter = new TrainingReporter(listeners, options.Epochs, stepsOfEpoch);
        foreach (var loader in Loaders) loader.Failed += _reporter.ClipFailed;
        _reporter.Log.Started(model.Device.ToString(), training.Count, validation?.Count ?? 0, options.Epochs, stepsOfEpoch);
        if (options.StateFolder is { } folder) _states = new StateFolder(folder, RunSettings.Of(model.Config, options, training, validation));
    }

    private int LastEpoch => _options.PauseAfter ?? _options.Epochs;

    private IEnumerable<BatchLoader> Loaders => _validation is null ? [_training] : [_training, _validation];

    /// <summary>Goes on from a state if that is asked for, and trains to the end, an early stop or cancellation.</summary>
    public TrainingResult Run(CancellationToken cancellation)
    {
        if (_states is { HoldsState: true }) Resume();
        try
        {
            for (int epoch = _epochs.Count + 1; epoch <= LastEpoch && !IsStale(epoch); epoch++) Finish(RunEpoch(epoch, cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return Result(cancelled: true);
        }
        catch (Exception error) when (error is not TrainingException)
        {
            throw new TrainingException($"Training ended in epoch {_epochs.Count + 1}: {error.Message}", BestSoFar(), error);
        }

        return Result(cancelled: false);
    }

    public void Dispose()
    {
        _learner.Dispose();
        _uploader?.Dispose();
        _best.Dispose();
        (_objective as IDisposable)?.Dispose();
        if (!_modelTaken) _model.Dispose();
    }

    private void Resume()
    {
        if (!_options.Resume) throw new ArgumentException($"{_options.StateFolder} holds the state of a training: set {nameof(TrainingOptions.Resume)} to go on with it, or choose another folder.");
        _epochs.AddRange(_states!.Load(_learner, _best));
        _reporter.Log.Resumed(_epochs.Count, _options.StateFolder!);
    }

    private EpochMetrics RunEpoch(int epoch, CancellationToken cancellation)
    {
        // Drop path draws from torch's own generators: each epoch starts them anew, whatever ran before.
        TorchSeed.Set(SeedMix.Of(_options.Seed, epoch), _model.Device);
        _model.train();
        _learner.BeginEpoch(epoch);
        _reporter.BeginEpoch(_learner.Position);
        var pending = new PendingStep();
        foreach (var batch in _training.Training(epoch, cancellation))
        {
            using (batch)
            {
                cancellation.ThrowIfCancellationRequested();
                pending.Add(batch, Accumulate(batch, pending, epoch));
            }

            if (pending.Batches == _options.AccumulationSteps) Step(epoch, pending);
        }

        if (pending.Batches > 0) Step(epoch, pending);
        if (_reporter.Clips == 0) throw NoneReadable("clip", _training);
        var (trainLoss, rate, clipsPerSecond) = (_reporter.MeanLoss, _learner.LearningRate, _reporter.ClipsPerSecond);
        var (classes, numbers) = Validate(cancellation);
        return new EpochMetrics(epoch, trainLoss, classes?.LogLoss ?? numbers?.MeanSquaredError, classes?.Top1, rate, _reporter.EpochSeconds, clipsPerSecond) { Classes = classes, Numbers = numbers };
    }

    private double Accumulate(Batch batch, PendingStep pending, int epoch)
    {
        using var scope = NewDisposeScope();
        var loss = _objective.Loss(_model, batch, epoch);
        double value = loss.item<float>();
        if (!double.IsFinite(value)) throw NonFinite("loss", value, epoch, [.. pending.Names, .. batch.Names]);
        _learner.Accumulate(loss, batch.Count);
        return value;
    }

    private void Step(int epoch, PendingStep pending)
    {
        double norm = _learner.Step();
        if (!double.IsFinite(norm)) throw NonFinite("norm of the gradients", norm, epoch, pending.Names);
        _reporter.StepDone(new StepReport(epoch, _learner.Position, pending.Clips, pending.MeanLoss, _learner.LearningRate, norm));
        pending.Clear();
    }

    private NonFiniteLossException NonFinite(string what, double value, int epoch, IReadOnlyList<string> clips) =>
        new(what, value, epoch, _learner.Position + 1, _learner.NextLearningRate, clips, BestSoFar());

    private static InvalidDataException NoneReadable(string what, BatchLoader loader)
    {
        var first = loader.Failures.First();
        return new InvalidDataException($"no {what} could be read; the first error: {first.Message}", first);
    }

    private (ClassificationMetrics? Classes, RegressionMetrics? Numbers) Validate(CancellationToken cancellation)
    {
        if (_validation is null) return (null, null);
        var outputs = _learner.WithKept(() => ClipScorer.Score(_model, _validation, cancellation));
        if (outputs.Count == 0) throw NoneReadable("validation clip", _validation);
        if (outputs.FirstOrDefault(output => !output.Output.All(float.IsFinite)) is { } lost) throw new InvalidDataException($"what the network says of validation clip {lost.Index} is no finite number");
        return _objective.Measure(outputs);
    }

    private void Finish(EpochMetrics epoch)
    {
        _epochs.Add(epoch);
        _best.Offer(epoch, _learner.Kept);
        _reporter.EpochDone(epoch);
        if (epoch.Epoch % _options.StateInterval == 0 || epoch.Epoch == LastEpoch) SaveState(epoch.Epoch);
    }

    /// <summary>A disk that is full costs the state, not the training: the state before stays, and the next epoch tries again.</summary>
    private void SaveState(int epoch)
    {
        try
        {
            _states?.Save(_learner, _epochs, _best);
            _stateFailure = null;
        }
        catch (CheckpointException error)
        {
            _stateFailure = error;
            _reporter.Log.StateNotSaved(epoch, error.Message);
        }
    }

    private bool IsStale(int epoch) => _options.EarlyStoppingPatience is { } patience && _best.Epoch is { } best && epoch - 1 - best.Epoch >= patience;

    private TrainingResult? BestSoFar() => _best.Epoch is null ? null : Result(cancelled: false);

    private TrainingResult Result(bool cancelled)
    {
        int bestEpoch = _best.Epoch?.Epoch ?? 0;
        _learner.Finish(_best.Values ?? _learner.Parameters.Values);
        _objective.Finish(_model);
        _model.eval();
        _modelTaken = true;
        _reporter.Log.Ended(_epochs.Count, bestEpoch);
        return new TrainingResult(_model, _epochs, bestEpoch, cancelled, [.. Loaders.SelectMany(loader => loader.Failures)]) { StateFailure = _stateFailure };
    }

    /// <summary>Batches whose gradients wait for a step.</summary>
    private sealed class PendingStep
    {
        private double _lossSum;

        public List<string> Names { get; } = [];

        public int Batches { get; private set; }

        public int Clips => Names.Count;

        public double MeanLoss => _lossSum / Clips;

        public void Add(Batch batch, double loss)
        {
            Batches++;
            Names.AddRange(batch.Names);
            _lossSum += batch.Count * loss;
        }

        public void Clear()
        {
            (Batches, _lossSum) = (0, 0);
            Names.Clear();
        }
    }
}
