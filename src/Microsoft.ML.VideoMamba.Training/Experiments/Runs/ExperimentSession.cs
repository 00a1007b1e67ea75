using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Runs;

/// <summary>One run of an experiment: from what its journal tells, step by step, to the end of its time or its trials, or cancellation.</summary>
internal sealed class ExperimentSession(
    ExperimentLedger ledger, ExperimentJournal journal, TrialTrainer trainer, EpochPace pace, ExperimentOptions options, ExperimentFolder folder, IProgress<ExperimentProgress>? progress, ILogger logger)
{
    /// <summary>Trials after which the experiment ends if every one of them failed.</summary>
    private const int MostFailures = 5;

    private readonly ExperimentOutputs _outputs = new(ledger, folder);
    private ExperimentClock _clock = new(0, options.Time);

    public ExperimentResult Run(CancellationToken cancellation)
    {
        Replay();
        if (ledger.Open is { } begun && ledger[begun.Trial].Course.Epochs is > 0 and var epochs && !Fits(begun)) RunStep(begun, epochs, cancellation);
        while (!cancellation.IsCancellationRequested && NextStep() is { } step && Fits(step))
        {
            if (ledger.Open is null) Tell(step);
            RunStep(step, step.ToEpoch, cancellation);
            if (ledger.IsHopeless(MostFailures)) throw new ExperimentException($"The first {MostFailures} trials failed; the last one: {ledger.Trials[^1].Error}", ledger.Trials[^1].Exception);
            if (ledger.Open is not null) break;
        }

        _outputs.Write();
        return new ExperimentResult(ledger.Best, ledger.Trials, TimeSpan.FromSeconds(_clock.Seconds), cancellation.IsCancellationRequested);
    }

    private void Replay()
    {
        foreach (var entry in journal.Entries)
        {
            ledger.Replay(entry);
            if (entry is EpochDone epoch && ledger[epoch.Trial] is { Recipe: { } recipe, Course: var course }) pace.Add(recipe, course.SecondsOfEpoch);
        }

        _clock = new ExperimentClock(journal.Entries.Count > 0 ? journal.Entries[^1].Elapsed : 0, options.Time);
        foreach (var trial in ledger.Trials) progress?.Report(Progress(trial));
    }

    /// <summary>A step that was begun goes on before another begins.</summary>
    private StepBegun? NextStep()
    {
        bool canBegin = options.MaxTrials is not { } most || ledger.Count < most;
        var step = ledger.Open ?? ledger.Next(canBegin);
        if (step is null && canBegin) logger.AllTried(ledger.Count);
        return step;
    }

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
            (failure as TrainingException)?.BestSoFar?.Model.Dispose();
            (trial.Exception, error) = (failure, Message(failure));
            logger.TrialFailed(trial.Number, error);
        }

        trial.Seconds = before + watch.Elapsed.TotalSeconds;
        bool isDone = error is not null || trial.Course.Epochs >= step.ToEpoch;
        if (isDone) Tell(new StepEnded(trial.Number, trial.Seconds, error));
        Leave(trial);
    }

    private void TellEpochs(ExperimentTrial trial, Recipe recipe, CancellationTokenSource stop)
    {
        bool grew = false;
        while (trial.Course.Advance() is { } epoch)
        {
            grew = true;
            pace.Add(recipe, trial.Course.SecondsOfEpoch);
            Tell(new EpochDone(trial.Number, epoch));
            progress?.Report(Progress(ledger.Snapshot(trial)));
        }

        if (grew && !_clock.Allows(trial.Course.SecondsOfEpoch)) stop.Cancel();
    }

    /// <summary>A trial is left, for good or until later.</summary>
    private void Leave(ExperimentTrial trial)
    {
        var snapshot = ledger.Snapshot(trial);
        if (snapshot.State is not (TrialState.Running or TrialState.Paused) && Directory.Exists(folder.StatesOf(trial.Number))) Directory.Delete(folder.StatesOf(trial.Number), recursive: true);
        _outputs.Write();
        progress?.Report(Progress(snapshot));
    }

    private void Tell(JournalEntry entry)
    {
        entry = entry with { Elapsed = Math.Round(_clock.Seconds, 3) };
        journal.Append(entry);
        ledger.Apply(entry);
    }

    private ExperimentProgress Progress(Trial trial) => new(trial, ledger.Trials, ledger.Best, TimeSpan.FromSeconds(_clock.Seconds), options.Time);

    private static string Message(Exception failure) => (failure is AggregateException { InnerException: { } inner } ? inner : failure).Message.Split(" (Parameter '")[0].ReplaceLineEndings(" ");
}
