using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Runs;

/// <summary>One run of an experiment: from what its journal tells, step by step, to the end of its time or its trials, or cancellation.</summary>
internal sealed class ExperimentSession(
    ExperimentLedger ledger, ExperimentJournal journal, ClipReading clips, TrialTrainer trainer, EpochPace pace, ExperimentOptions options, ExperimentFolder folder, IProgress<ExperimentProgress>? progress, ILogger logger)
{
    /// <summary>Trials that may fail one after the other before the experiment ends: where none succeeded, and where some did.</summary>
    private const int MostFirstFailures = 5, MostFailures = 20;

    private readonly ExperimentOutputs _outputs = new(ledger, folder);
    private ExperimentClock _clock = new(0, options.Time);
    private double? _lastEpoch;

    public ExperimentResult Run(CancellationToken cancellation)
    {
        Replay();
        try
        {
            Search(cancellation);
        }
        finally
        {
            Tell(ledger.Ended);
        }

        _outputs.Write();
        return new ExperimentResult(ledger.Best, ledger.Trials, TimeSpan.FromSeconds(_clock.Seconds), cancellation.IsCancellationRequested);
    }

    private void Search(CancellationToken cancellation)
    {
        if (ledger.Open is { } begun && ledger[begun.Trial].Course.Epochs is > 0 and var epochs && !Fits(begun)) RunStep(begun, epochs, cancellation);
        while (!cancellation.IsCancellationRequested && NextStep() is { } step && Begins(step, cancellation))
        {
            if (ledger.Open is null) Tell(step);
            RunStep(step, step.ToEpoch, cancellation);
            if (ledger.Open is not null || IsHopeless()) break;
        }

        if (ledger.Count == 0 && !cancellation.IsCancellationRequested) logger.TimeUsedUp(clips.Read, clips.Count, _clock.Seconds);
    }

    /// <summary>Whether so many trials have failed that the next would too.</summary>
    private bool IsHopeless()
    {
        int failed = ledger.FailedInARow;
        bool isEveryOne = failed == ledger.Count;
        if (failed < (isEveryOne ? MostFirstFailures : MostFailures)) return false;
        var last = ledger.Trials[^1];
        if (isEveryOne) throw new ExperimentException($"The first {failed} trials failed; the last one: {last.Error}", last.Exception);
        logger.EndlessFailures(failed, last.Error!);
        return true;
    }

    private void Replay()
    {
        foreach (var entry in journal.Entries)
        {
            ledger.Replay(entry);
            if (entry is EpochDone epoch && ledger[epoch.Trial] is { Recipe: { } recipe, Course: var course }) pace.Add(recipe, course.SecondsOfEpoch);
        }

        _clock = new ExperimentClock(journal.Elapsed + options.Spent.TotalSeconds, options.Time);
        foreach (var trial in ledger.Trials)
        {
            DropStateOf(trial);
            progress?.Report(Progress(trial));
        }
    }

    /// <summary>A step that was begun goes on before another begins.</summary>
    private StepBegun? NextStep()
    {
        bool canBegin = options.MaxTrials is not { } most || ledger.Count < most;
        var step = ledger.Open ?? ledger.Next(canBegin);
        if (step is null && canBegin) logger.AllTried(ledger.Count);
        return step;
    }

    /// <summary>Whether a step may be trained: its first epoch will end in time, and the clips are read.</summary>
    private bool Begins(StepBegun step, CancellationToken cancellation) =>
        Fits(step) && clips.ReadAll(() => !cancellation.IsCancellationRequested && _clock.Allows(0)) && (!pace.IsKnown || Fits(step));

    /// <summary>Whether the step's first epoch will end in time, as far as that is known.</summary>
    private bool Fits(StepBegun step)
    {
        var known = step.Trial <= ledger.Count ? ledger[step.Trial] : null;
        double seconds = 0;
        try
        {
            seconds = pace.SecondsOf(known, known?.Recipe ?? ledger.RecipeOf(step));
        }
        catch (IOException)
        {
            // A trial that is no recipe takes no time; it fails when it is trained.
        }

        return _clock.Allows(seconds);
    }

    /// <summary>Trains a step's trial. To no further epoch than it has come to, only its model is written: a process that was killed in the step did not.</summary>
    private void RunStep(StepBegun step, int toEpoch, CancellationToken cancellation)
    {
        var trial = ledger[step.Trial];
        var watch = Stopwatch.StartNew();
        double before = trial.Seconds;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        (trial.IsRunning, _lastEpoch) = (true, null);
        progress?.Report(Progress(ledger.Snapshot(trial)));
        string? error = null;
        try
        {
            var recipe = trial.Recipe ?? ledger.RecipeOf(step);
            trainer.Train(trial, recipe, toEpoch, () => TellEpochs(trial, recipe, stop), stop.Token);
        }
        catch (Exception failure) when (failure is not ExperimentException)
        {
            // A trial that fails is a row, not the experiment's end.
            (trial.Exception, error) = (failure, Message(failure));
            logger.TrialFailed(trial.Number, error);
        }
        finally
        {
            (trial.IsRunning, trial.Seconds) = (false, before + watch.Elapsed.TotalSeconds);
        }

        bool isDone = error is not null || trial.Course.Epochs >= step.ToEpoch;
        if (isDone) Tell(new StepEnded(trial.Number, trial.Seconds, error));
        Leave(trial);
    }

    private void TellEpochs(ExperimentTrial trial, Recipe recipe, CancellationTokenSource stop)
    {
        double? length = null;
        while (trial.Course.Advance() is { } epoch)
        {
            // With the writing of the state behind the epoch before.
            length = Math.Max(trial.Course.SecondsOfEpoch, _clock.Seconds - _lastEpoch ?? 0);
            _lastEpoch = _clock.Seconds;
            pace.Add(recipe, trial.Course.SecondsOfEpoch);
            Tell(new EpochDone(trial.Number, epoch));
            progress?.Report(Progress(ledger.Snapshot(trial)));
        }

        if (length is { } seconds && !_clock.Allows(seconds)) stop.Cancel();
    }

    /// <summary>A trial is left, for good or until later.</summary>
    private void Leave(ExperimentTrial trial)
    {
        var snapshot = ledger.Snapshot(trial);
        DropStateOf(snapshot);
        _outputs.Write();
        progress?.Report(Progress(snapshot));
    }

    /// <summary>What a trial that is over would have gone on from is of no use; a process that was killed may have left it.</summary>
    private void DropStateOf(Trial trial)
    {
        if (trial.State is TrialState.Finished or TrialState.Dropped or TrialState.Failed && Directory.Exists(folder.StatesOf(trial.Number))) Directory.Delete(folder.StatesOf(trial.Number), recursive: true);
    }

    private void Tell(JournalEntry entry)
    {
        entry = entry with { Elapsed = Math.Round(_clock.Seconds, 3) };
        folder.Write(() => journal.Append(entry));
        ledger.Apply(entry);
    }

    private ExperimentProgress Progress(Trial trial) => new(trial, ledger.Trials, ledger.Best, TimeSpan.FromSeconds(_clock.Seconds), options.Time);

    private static string Message(Exception failure) => (failure is AggregateException { InnerException: { } inner } ? inner : failure).Message.Split(" (Parameter '")[0].ReplaceLineEndings(" ");
}
