using System.Diagnostics;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Batches;
using Microsoft.ML.VideoMamba.Training.Evaluation;
using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Training.Optimization;
using Microsoft.ML.VideoMamba.Training.Schedules;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Microsoft.ML.VideoMamba.Training;

/// <summary>One training under way: the model, its optimiser, and what was best so far.</summary>
internal sealed class TrainingSession : IDisposable
{
    private readonly VideoMambaModel _model;
    private readonly TrainingOptions _options;
    private readonly Dictionary<string, Parameter> _parameters;
    private readonly AdamW _optimizer;
    private readonly BatchLoader _training;
    private readonly BatchLoader? _validation;
    private readonly StepCosine _schedule;
    private readonly TargetScale _targets;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly Action<EpochMetrics>? _epochDone;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<EpochMetrics> _epochs = [];
    private Tensor? _bestWeights;
    private EpochMetrics? _best;
    private bool _modelTaken;

    public TrainingSession(
        VideoMambaModel model, TrainingOptions options, ITrainingSet training, ITrainingSet? validation, bool pretrained, IProgress<TrainingProgress>? progress, Action<EpochMetrics>? epochDone)
    {
        (_model, _options, _progress, _epochDone) = (model, options, progress, epochDone);
        _parameters = model.named_parameters().Where(named => named.parameter.requires_grad).ToDictionary(named => named.name, named => named.parameter);
        _targets = options.Task == TrainingTask.Regression ? TargetScale.Of([.. Enumerable.Range(0, training.Count).Select(training.LabelOf)]) : TargetScale.Identity;
        if (pretrained && options.Task == TrainingTask.Regression) _targets.ScaleTrainedHead(_parameters);
        _optimizer = CreateOptimizer();
        var preparation = new ClipPreparation(model.Config, options.Augmentation);
        _training = new BatchLoader(training, preparation, options);
        _validation = validation is null ? null : new BatchLoader(validation, preparation, options);
        int steps = options.Epochs * _training.BatchesOfEpoch, warmup = (int)Math.Min(steps, options.EffectiveWarmupEpochs * _training.BatchesOfEpoch);
        _schedule = new StepCosine(options.LearningRate, Math.Min(options.MinLearningRate, options.LearningRate), steps, warmup, Math.Min(options.MinLearningRate, options.LearningRate));
    }

    /// <summary>Trains to the end, an early stop or cancellation.</summary>
    public TrainingResult Run(CancellationToken cancellation)
    {
        try
        {
            for (int epoch = 1; epoch <= _options.Epochs && !IsStale(epoch); epoch++) Finish(RunEpoch(epoch, cancellation));
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
        _optimizer.Dispose();
        _bestWeights?.Dispose();
        if (!_modelTaken) _model.Dispose();
    }

    private AdamW CreateOptimizer()
    {
        var grouping = new ParameterGrouping
        {
            WeightDecay = _options.WeightDecay,
            LayerDecay = _options.LayerDecay,
            Mapping = _options.LayerDecayMapping,
            Undecayed = _model.UndecayedParameters.ToHashSet(),
        };
        var groups = grouping.Group(_parameters.Select(named => (named.Key, named.Value.shape)), _model.Config.Depth);
        return new AdamW(_parameters, groups, (_options.Beta1, _options.Beta2), _options.Epsilon);
    }

    private EpochMetrics RunEpoch(int epoch, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        // Drop path draws from torch's own generator: each epoch starts it anew, whatever ran before.
        manual_seed(SeedMix.Of(_options.Seed, epoch));
        _model.train();
        double lossSum = 0, rate = 0;
        int clips = 0, step = (epoch - 1) * _training.BatchesOfEpoch;
        foreach (var batch in _training.Training(epoch, cancellation))
        {
            using (batch)
            {
                cancellation.ThrowIfCancellationRequested();
                rate = _schedule.At(step++);
                lossSum += batch.Count * Step(batch, epoch, step, rate);
                clips += batch.Count;
            }

            Report(epoch, step, lossSum / clips, rate, clips / clock.Elapsed.TotalSeconds);
        }

        if (clips == 0) throw new InvalidDataException($"no clip could be read; the first error: {_training.Failures.First().Message}");
        double clipsPerSecond = clips / clock.Elapsed.TotalSeconds;
        var (loss, top1) = Validate(cancellation);
        return new EpochMetrics(epoch, lossSum / clips, loss, top1, rate, clock.Elapsed.TotalSeconds, clipsPerSecond);
    }

    private double Step(Batch batch, int epoch, int step, double rate)
    {
        using var scope = NewDisposeScope();
        var loss = Loss(_model.forward(batch.Clips(_model.Config.InputShape(), _model.Device)), batch.Labels);
        double value = loss.item<float>();
        if (!double.IsFinite(value)) throw new NonFiniteLossException(value, epoch, step, rate, batch.Names, BestSoFar());
        loss.backward();
        _optimizer.Parameters.ClipGradients(_options.GradientClip);
        _optimizer.Step(rate);
        _optimizer.Parameters.ZeroGradients();
        return value;
    }

    private Tensor Loss(Tensor output, IReadOnlyList<TrainingLabel> labels) => _options.Task == TrainingTask.Classification
        ? CrossEntropy.OfLabels(output, tensor(labels.Select(label => (long)label.ClassIndex).ToArray(), device: output.device), _options.LabelSmoothing)
        : SquaredError.OfFirstColumn(output, tensor(labels.Select(label => (float)_targets.Scale(label.Target)).ToArray(), device: output.device));

    private (double? Loss, double? Top1) Validate(CancellationToken cancellation)
    {
        if (_validation is null) return (null, null);
        var outputs = ClipScorer.Score(_model, _validation, cancellation);
        if (outputs.Count == 0) throw new InvalidDataException($"no validation clip could be read; the first error: {_validation.Failures.First().Message}");
        if (_options.Task == TrainingTask.Classification)
        {
            var metrics = ClassificationMetrics.Of(outputs);
            return (metrics.LogLoss, metrics.Top1);
        }

        var errors = RegressionMetrics.Of(outputs.Select(output => (_targets.Scale(output.Label.Target), (double)output.Output[0])));
        return (errors.MeanSquaredError * _targets.Deviation * _targets.Deviation, null);
    }

    private void Finish(EpochMetrics epoch)
    {
        _epochs.Add(epoch);
        if (_best is null || IsBetter(epoch, _best))
        {
            _best = epoch;
            _bestWeights?.Dispose();
            _bestWeights = _optimizer.Parameters.Snapshot().DetachFromDisposeScope();
        }

        _epochDone?.Invoke(epoch);
    }

    private static bool IsBetter(EpochMetrics one, EpochMetrics best) => (one.ValidationTop1, one.ValidationLoss) switch
    {
        (null, null) => true,
        (null, { } loss) => loss < best.ValidationLoss,
        ({ } top1, { } loss) => top1 > best.ValidationTop1 || (top1 == best.ValidationTop1 && loss < best.ValidationLoss),
        _ => false,
    };

    private bool IsStale(int epoch) => _options.EarlyStoppingPatience is { } patience && _best is not null && epoch - 1 - _best.Epoch >= patience;

    private TrainingResult? BestSoFar() => _best is null ? null : Result(cancelled: false);

    private TrainingResult Result(bool cancelled)
    {
        if (_bestWeights is not null) _optimizer.Parameters.Restore(_bestWeights);
        if (_options.Task == TrainingTask.Regression) _targets.Unscale(_parameters);
        foreach (var parameter in _parameters.Values) parameter.grad = null;
        _model.eval();
        _modelTaken = true;
        return new TrainingResult(_model, _epochs, _best?.Epoch ?? 0, cancelled, [.. _training.Failures, .. _validation?.Failures ?? []]);
    }

    private void Report(int epoch, int step, double loss, double rate, double clipsPerSecond)
    {
        int steps = _options.Epochs * _training.BatchesOfEpoch;
        _progress?.Report(new TrainingProgress(epoch, _options.Epochs, step, steps, loss, rate, clipsPerSecond, _clock.Elapsed, _clock.Elapsed / step * (steps - step)));
    }
}
