using Microsoft.ML.VideoMamba.Training.Experiments.Tuners;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Runs;

/// <summary>The trials of an experiment and the tuner that chooses them. Told of what happens, now or out of a journal, it stands where the experiment stands.</summary>
internal sealed class ExperimentLedger
{
    private readonly Recipe _recipe;
    private readonly RecipeSpace _space;
    private readonly int _folds;
    private readonly ExperimentFolder _folder;
    private readonly ITuner _tuner;
    private readonly List<ExperimentTrial> _trials = [];

    public ExperimentLedger(Recipe recipe, RecipeSpace space, ExperimentOptions options, int folds, ExperimentFolder folder)
    {
        (_recipe, _space, _folds, _folder) = (recipe, space, folds, folder);
        Metric = options.MetricOf(recipe.Task);
        _tuner = Tuner.Create(options.Tuner, space, space.Start(recipe), options.Seed, new Rungs(Epochs, recipe.Schedule.WarmupEpochs));
    }

    /// <summary>What trials are judged by.</summary>
    public ExperimentMetric Metric { get; }

    /// <summary>Epochs of a trial that is trained to its end.</summary>
    public int Epochs => _recipe.Schedule.Epochs;

    /// <summary>The step that was begun and has not ended, or null.</summary>
    public StepBegun? Open { get; private set; }

    /// <summary>Trials that were begun.</summary>
    public int Count => _trials.Count;

    /// <summary>What the journal is to hear when the experiment stops here.</summary>
    public RunEnded Ended => new(Open?.Trial, Open is { } open ? this[open.Trial].Seconds : null);

    /// <summary>How many of the last trials failed one after the other.</summary>
    public int FailedInARow => _trials.Count - 1 - _trials.FindLastIndex(trial => trial.Error is null);

    public IReadOnlyList<Trial> Trials => [.. _trials.Select(Snapshot)];

    /// <summary>The best trial that has a model, or null.</summary>
    public Trial? Best => Trials.Where(trial => trial.IsCandidate).MaxBy(trial => ExperimentMetrics.Score(Metric, trial.Metric!.Value, trial.Loss!.Value));

    public ExperimentTrial this[int trial] => _trials[trial - 1];

    public Trial Snapshot(ExperimentTrial trial) => trial.Snapshot(_tuner, Epochs, _folder.ModelOf(trial.Number));

    /// <summary>What is to be trained next; null if nothing is.</summary>
    /// <param name="canBegin">Whether another trial may begin.</param>
    public StepBegun? Next(bool canBegin) => _tuner.Next(canBegin) is { } step ? new StepBegun(step.Trial, step.ToEpoch, _space.At(step.Point)) : null;

    /// <summary>The recipe of a step's trial.</summary>
    /// <exception cref="IOException">The values make no recipe together.</exception>
    public Recipe RecipeOf(StepBegun step) => TrialRecipe.Of(_recipe, step.Values);

    /// <summary>Hears of something that a journal tells.</summary>
    /// <exception cref="ExperimentException">It is not what would have happened: the journal is another version's, or damaged.</exception>
    public void Replay(JournalEntry entry)
    {
        if (entry is StepBegun told && (Next(canBegin: true) is not { } expected || (expected.Trial, expected.ToEpoch, TrialValues.ToJson(expected.Values)) != (told.Trial, told.ToEpoch, TrialValues.ToJson(told.Values))))
        {
            throw new ExperimentException($"{_folder.Journal} tells of trial {told.Trial} otherwise than this version would have chosen it: begin anew in another folder.");
        }

        if (entry is EpochDone epoch)
        {
            for (int fold = 0; fold < _folds; fold++) this[epoch.Trial].Course.Add(fold, epoch.Folds[fold]);
            this[epoch.Trial].Course.Advance();
            this[epoch.Trial].Seconds += this[epoch.Trial].Course.SecondsOfEpoch;
        }

        Apply(entry);
    }

    /// <summary>Hears of something that has happened.</summary>
    public void Apply(JournalEntry entry)
    {
        switch (entry)
        {
            case StepBegun step: Begin(step); break;
            case EpochDone epoch: _tuner.EpochDone(epoch.Trial, this[epoch.Trial].Course.Epochs, this[epoch.Trial].Course.Score); break;
            case StepEnded ended: End(ended); break;
            case RunEnded { Trial: { } stopped, Seconds: { } seconds }: this[stopped].Seconds = seconds; break;
        }
    }

    private void Begin(StepBegun step)
    {
        if (step.Trial > _trials.Count) _trials.Add(new ExperimentTrial(step.Trial, step.Values, new TrialCourse(_folds, Metric)) { Recipe = TryRecipe(step) });
        this[step.Trial].IsOpen = true;
        Open = step;
    }

    private void End(StepEnded ended)
    {
        var trial = this[ended.Trial];
        (trial.IsOpen, trial.Seconds, trial.Error) = (false, ended.Seconds, ended.Error);
        Open = null;
        _tuner.StepDone(ended.Trial, failed: ended.Error is not null);
    }

    private Recipe? TryRecipe(StepBegun step)
    {
        try
        {
            return RecipeOf(step);
        }
        catch (IOException)
        {
            // The trial fails by the same error when it is trained, and says so.
            return null;
        }
    }
}
