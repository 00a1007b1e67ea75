using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.VideoMamba.Training.Experiments.Runs;
using Microsoft.ML.VideoMamba.Training.Recipes;
using Microsoft.ML.VideoMamba.Training.Runs;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>
/// Searches for the recipe that learns a set of clips best, within a time or a number of trials. Whatever ends it, it goes on from its folder: no finished trial is lost,
/// and one that was under way goes on from its last epoch.
/// </summary>
public sealed class Experiment
{
    private readonly Recipe _recipe;
    private readonly RecipeSpace _space;
    private readonly IReadOnlyList<ExperimentFold> _folds;
    private readonly int _outputs;
    private readonly ExperimentOptions _options;
    private readonly Action<TrainingResult, string> _saveModel;
    private readonly ILogger _logger;

    /// <summary>Says what is searched.</summary>
    /// <param name="recipe">What all trials start from; the first one is as near to it as the space allows.</param>
    /// <param name="space">What trials may differ in.</param>
    /// <param name="folds">What trials learn from and are judged by; of several the mean counts.</param>
    /// <param name="outputs">Outputs of the head: the classes, or 1.</param>
    /// <param name="options">How the experiment is run.</param>
    /// <param name="saveModel">Writes the model of a training's result to a file.</param>
    /// <param name="logger">Told of trials that fail and of clips that cannot be read.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    /// <exception cref="RecipeSpaceException">The space does not fit the recipe.</exception>
    public Experiment(
        Recipe recipe, RecipeSpace space, IReadOnlyList<ExperimentFold> folds, int outputs, ExperimentOptions options, Action<TrainingResult, string> saveModel, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(folds);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(saveModel);
        ArgumentOutOfRangeException.ThrowIfZero(folds.Count, nameof(folds));
        recipe.Validate();
        options.Validate(recipe.Task);
        if (recipe.Model.Frames is null) throw new ArgumentException($"{recipe.Name} is for images; an experiment learns from clips.", nameof(recipe));
        space.Check(recipe);
        (_recipe, _space, _folds, _outputs, _options, _saveModel, _logger) = (recipe, space, folds, outputs, options, saveModel, logger ?? NullLogger.Instance);
    }

    /// <summary>Searches. It blocks until the time or the trials are used up, or cancellation.</summary>
    /// <param name="progress">Told of each epoch and each change of a trial.</param>
    /// <param name="reading">Told how far the clips are read ahead of the first trial.</param>
    /// <param name="cancellation">Ends it within a step; the result then holds the best so far.</param>
    /// <exception cref="ExperimentException">The folder holds another experiment, or one that is not to be resumed; it cannot be written; clips cannot be read; or trial after trial failed.</exception>
    public ExperimentResult Run(IProgress<ExperimentProgress>? progress = null, IProgress<ClipsRead>? reading = null, CancellationToken cancellation = default)
    {
        using var claim = ExperimentClaim.Take(_options.Folder, _options.Resume);
        return Run(claim, progress, reading, cancellation: cancellation);
    }

    /// <summary>Searches in a folder that was claimed already, such as before its clips were read.</summary>
    /// <inheritdoc cref="Run(IProgress{ExperimentProgress}?, IProgress{ClipsRead}?, CancellationToken)"/>
    /// <param name="claim">Of <see cref="ExperimentOptions.Folder"/>; it stays the caller's.</param>
    /// <param name="progress">Told of each epoch and each change of a trial.</param>
    /// <param name="reading">Told how far the clips are read ahead of the first trial.</param>
    /// <param name="begun">Called once the folder is known to hold this experiment and no other: what else belongs there may be written.</param>
    /// <param name="cancellation">Ends it within a step; the result then holds the best so far.</param>
    public ExperimentResult Run(ExperimentClaim claim, IProgress<ExperimentProgress>? progress = null, IProgress<ClipsRead>? reading = null, Action? begun = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(claim);
        var folder = claim.Folder;
        var ledger = new ExperimentLedger(_recipe, _space, _options, _folds.Count, folder);
        var journal = ExperimentJournal.Open(claim.Journal, Settings(_recipe, _space, _options).Concat(Sets(_folds)).ToDictionary(), areAll: true);
        folder.DeletePartial();
        begun?.Invoke();
        folder.Write(() => AtomicFile.WriteText(folder.Space, RecipeSpaceFile.ToJson(_space) + "\n"));
        var session = new ExperimentSession(ledger, journal, new ClipReading(_folds[0], _options.Workers, reading), new TrialTrainer(_folds, _outputs, _options, folder, _saveModel, _logger), new EpochPace(_outputs), _options, folder, progress, _logger);
        return session.Run(cancellation);
    }

    /// <summary>The result of an experiment that is cancelled before its clips are read: what its folder tells of earlier runs.</summary>
    /// <param name="recipe">What all trials start from.</param>
    /// <param name="space">What trials may differ in.</param>
    /// <param name="options">How the experiment is run.</param>
    /// <param name="claim">Of <see cref="ExperimentOptions.Folder"/>; it stays the caller's.</param>
    /// <exception cref="ExperimentException">The folder holds another experiment, or cannot be written.</exception>
    public static ExperimentResult Cancelled(Recipe recipe, RecipeSpace space, ExperimentOptions options, ExperimentClaim claim)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(space);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(claim);
        if (claim.Journal.Length == 0) return new ExperimentResult(null, [], options.Spent, Cancelled: true);
        var journal = ExperimentJournal.Open(claim.Journal, Settings(recipe, space, options), areAll: false);
        var ledger = new ExperimentLedger(recipe, space, options, journal.Folds ?? 1, claim.Folder);
        foreach (var entry in journal.Entries) ledger.Replay(entry);
        double seconds = journal.Elapsed + options.Spent.TotalSeconds;
        claim.Folder.Write(() => journal.Append(ledger.Ended with { Elapsed = seconds }));
        return new ExperimentResult(ledger.Best, ledger.Trials, TimeSpan.FromSeconds(seconds), Cancelled: true);
    }

    private static Dictionary<string, string> Settings(Recipe recipe, RecipeSpace space, ExperimentOptions options) => new()
    {
        ["tuner"] = options.Tuner.ToString(),
        ["seed"] = FormattableString.Invariant($"{options.Seed}"),
        ["metric"] = ExperimentMetrics.NameOf(options.MetricOf(recipe.Task)),
        ["balance classes"] = options.BalanceClasses ? "true" : "false",
        ["largest batch"] = FormattableString.Invariant($"{options.MaxBatchSize}"),
        ["precision"] = options.Precision.ToString(),
        ["on failure"] = options.OnFailure.ToString(),
        ["space"] = RecipeSpaceFile.ToJson(space),
        ["recipe"] = RecipeFile.ToJson(recipe),
    };

    private static IEnumerable<KeyValuePair<string, string>> Sets(IReadOnlyList<ExperimentFold> folds)
    {
        foreach (var (number, fold) in folds.Index())
        {
            yield return new($"training set {number}", RunSettings.Describe(fold.Training));
            yield return new($"validation set {number}", RunSettings.Describe(fold.Validation));
        }
    }
}
