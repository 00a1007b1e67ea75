using Microsoft.Extensions.Logging;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Training.Recipes;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Runs;

/// <summary>Trains a trial on each fold in turn, from the state where it was left.</summary>
/// <param name="folds">The clips.</param>
/// <param name="outputs">Outputs of the head.</param>
/// <param name="options">Device, seed and the like.</param>
/// <param name="folder">Where states are kept.</param>
/// <param name="saveModel">Writes a result's model to a file, whole or not at all.</param>
/// <param name="logger">Told of clips that cannot be read.</param>
internal sealed class TrialTrainer(IReadOnlyList<ExperimentFold> folds, int outputs, ExperimentOptions options, ExperimentFolder folder, Action<TrainingResult, string> saveModel, ILogger logger)
{
    /// <summary>Trains to an epoch, and writes the model of the best fold. Several folds take turns, so that each epoch is told when it is done.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="recipe">What it trains by.</param>
    /// <param name="toEpoch">The epoch.</param>
    /// <param name="courseGrew">Called when the trial's course may have grown.</param>
    /// <param name="cancellation">Ends it within a step.</param>
    /// <exception cref="ExperimentException">No trial could be trained: a disk is full, or clips cannot be read.</exception>
    /// <exception cref="TrainingException">The trial cannot go on; the model that it was until then is written.</exception>
    public void Train(ExperimentTrial trial, Recipe recipe, int toEpoch, Action courseGrew, CancellationToken cancellation)
    {
        TrainingResult? best = null;
        try
        {
            int before;
            do
            {
                before = trial.Course.Epochs;
                best?.Model.Dispose();
                best = null;
                best = TrainFolds(trial, recipe, folds.Count == 1 ? toEpoch : Math.Min(before + 1, toEpoch), courseGrew, cancellation);
            }
            while (trial.Course.Epochs > before && trial.Course.Epochs < toEpoch && !cancellation.IsCancellationRequested);

            if (best is not null && trial.Course.Epochs > 0) Save(trial, best);
        }
        finally
        {
            best?.Model.Dispose();
        }
    }

    /// <summary>Trains each fold to an epoch.</summary>
    /// <returns>The best fold's result; null if cancellation came first.</returns>
    private TrainingResult? TrainFolds(ExperimentTrial trial, Recipe recipe, int toEpoch, Action courseGrew, CancellationToken cancellation)
    {
        TrainingResult? best = null;
        try
        {
            for (int fold = 0; fold < folds.Count && !cancellation.IsCancellationRequested; fold++)
            {
                var result = Train(trial, recipe, toEpoch, fold, courseGrew, cancellation);
                (best, var other) = IsBetter(result, best) ? (result, best) : (best, result);
                other?.Model.Dispose();
            }

            return best;
        }
        catch (TrainingException failure) when (failure.BestSoFar is { } last)
        {
            using var model = last.Model;
            using var other = best?.Model;
            // What the trial was before it failed was measured, and is as good as ever.
            if (trial.Course.Epochs > 0) Save(trial, best is null || IsBetter(last, best) ? last : best);
            throw;
        }
        catch
        {
            best?.Model.Dispose();
            throw;
        }
    }

    private void Save(ExperimentTrial trial, TrainingResult result) => folder.Write(() =>
    {
        Directory.CreateDirectory(folder.FolderOf(trial.Number));
        saveModel(result, folder.ModelOf(trial.Number));
    });

    private TrainingResult Train(ExperimentTrial trial, Recipe recipe, int toEpoch, int fold, Action courseGrew, CancellationToken cancellation)
    {
        string state = folder.StateOf(trial.Number, fold);
        folder.Write(() => Directory.CreateDirectory(state));
        var run = new TrainingRun(recipe.ToConfig(outputs), OptionsOf(recipe, fold) with { PauseAfter = toEpoch, StateFolder = state, Resume = true }, StartOf(recipe), logger);
        TrainingResult result;
        try
        {
            result = Fit();
        }
        catch (CheckpointException error) when (error.Path.StartsWith(state, StringComparison.Ordinal))
        {
            // The trial starts again: it is the same one, bit by bit on a CPU.
            logger.StateDamaged(trial.Number, error.Message);
            Directory.Delete(state, recursive: true);
            result = Fit();
        }
        catch (TrainingException error) when (CauseOf(error) is { } cause)
        {
            error.BestSoFar?.Model.Dispose();
            throw cause;
        }

        foreach (var epoch in result.Epochs) Add(epoch);
        return result;

        TrainingResult Fit() => run.Fit(folds[fold].Training, folds[fold].Validation, epochDone: Add, cancellation: cancellation);

        void Add(EpochMetrics epoch)
        {
            trial.Course.Add(fold, epoch);
            courseGrew();
        }
    }

    private TrainingOptions OptionsOf(Recipe recipe, int fold)
    {
        var (batch, accumulate) = recipe.Schedule.BatchesOf(options.MaxBatchSize);
        var training = folds[fold].Training;
        return recipe.ToTrainingOptions() with
        {
            BatchSize = batch,
            AccumulationSteps = accumulate,
            Criterion = options.MetricOf(recipe.Task),
            Precision = options.Precision,
            ClassWeights = options.BalanceClasses ? ClassBalance.Weights(Enumerable.Range(0, training.Count).Select(training.LabelOf), outputs) : null,
            OnFailure = options.OnFailure,
            Seed = options.Seed,
            Device = options.Device,
            Workers = options.Workers,
        };
    }

    /// <summary>Why no trial could be trained, whatever its values; null where the failure is this trial's own.</summary>
    private static ExperimentException? CauseOf(TrainingException error) => error.InnerException switch
    {
        ExperimentException told => new ExperimentException(told.Message, error),
        VideoException or InvalidDataException { InnerException: VideoException } => new ExperimentException(
            $"No trial can be trained on these clips: {error.InnerException.Message.TrimEnd('.')}. Mend what cannot be read, then resume; or leave it out, and begin anew in another folder.", error),
        _ => null,
    };

    private static Action<VideoMambaModel>? StartOf(Recipe recipe) => recipe.Checkpoint is not { } path ? null : model =>
    {
        using var file = Checkpoint.Open(path);
        CheckpointLoader.Load(model, file, new LoadOptions { Head = HeadLoading.DropOnMismatch });
    };

    private bool IsBetter(TrainingResult one, TrainingResult? best) =>
        best is null || (one.BestEpoch > 0 && (best.BestEpoch == 0 || one.Epochs[one.BestEpoch - 1].IsBetterThan(best.Epochs[best.BestEpoch - 1], options.Metric)));
}
