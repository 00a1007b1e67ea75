using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Cli.Runs;
using Microsoft.ML.VideoMamba.Reports;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>experiment</c>: the recipe that learns a user's own videos best.</summary>
internal sealed class ExperimentVerb
{
    /// <summary>The picture is drawn anew at most so often: it costs trials their time.</summary>
    private static readonly TimeSpan s_picturePeriod = TimeSpan.FromSeconds(10);

    private readonly ExperimentArguments _options = new();
    private readonly Option<string?> _output = new("--output") { Description = "Folder for the best model and its recipe, the table, the leaderboard and every trial.", HelpName = "DIR" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on with the experiment that the folder holds, with the options that it was started with; --time and --trials may be given anew." };
    private readonly Option<bool> _print = new("--print-space") { Description = "Print what trials may differ in, a file for --space once it is edited, and end." };
    private readonly Option<bool> _printRecipe = new("--print-recipe") { Description = "Print what trials start from, a file for --recipe once it is edited, and end." };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a trial on standard output, and a last one with the best." };
    private readonly ToolConsole _console;
    private readonly Verb _verb;

    private ExperimentVerb(ToolConsole console)
    {
        _console = console;
        _verb = new Verb(
            "experiment",
            "Find the recipe that learns a folder or list of videos best, within a time. Ctrl+C keeps the best so far; --resume goes on, however the experiment ended.",
            "experiment --data clips --output search --time 10m",
            "experiment --data train.csv --validation val.csv --output search --time 2h --metric macro_accuracy --balance",
            "experiment --data clips --output search --time 1h --checkpoint videomamba_t16_k400_f8_res224.pth",
            "experiment --print-space > space.json",
            "experiment --data clips --output search --trials 50 --space space.json --tuner asha --seed 3 --json",
            "experiment --output search --resume --time 30m",
            "train --data clips --output run --recipe search/recipe.json");
        foreach (var option in new Option[] { _output, _resume, _print, _printRecipe, _json }) _verb.Options.Add(option);
        _options.AddTo(_verb);
        _verb.SetAction((parsed, cancellation) => System.Threading.Tasks.Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
    }

    public static Verb Create(ToolConsole console) => new ExperimentVerb(console)._verb;

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        try
        {
            if (parsed.GetValue(_print)) return Print(RecipeSpaceFile.ToJson(_options.Space(parsed)));
            return parsed.GetValue(_printRecipe) ? Print(RecipeFile.ToJson(_options.Recipe(parsed))) : Search(parsed, cancellation);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(OptionWords.Of(error), error);
        }
    }

    private int Print(string json)
    {
        _console.Out.WriteLine(json);
        return ExitCode.Success;
    }

    private int Search(ParseResult parsed, CancellationToken cancellation)
    {
        string output = parsed.GetValue(_output) ?? throw new UsageException("--output is required: the folder for the model and everything else.");
        var run = new RunFolder(output);
        var folder = new ExperimentFolder(output);
        bool resume = parsed.GetValue(_resume);
        if (folder.Foreign is { } foreign) throw new UsageException($"{folder.FullName} holds {Path.GetFileName(foreign)}, which is no experiment's and would be replaced: name another folder.");
        if (folder.HoldsExperiment && !resume) throw new UsageException($"{folder.FullName} holds an experiment: --resume goes on with it, or name another folder.");
        // Without an experiment there is nothing to go on with, and it begins; without its options those that are given must be the same, which the journal knows.
        if (folder.HoldsExperiment && run.HoldsArguments) parsed = _options.Arguments.Again(_verb, run, parsed, ["--output", folder.FullName, "--resume", .. parsed.GetValue(_json) ? ["--json"] : Array.Empty<string>()], _options.Free);
        else if (folder.HoldsExperiment) _console.Warn($"{folder.Arguments} is not there: the options that are given here must be those that the experiment was started with.");
        var (training, validation) = _options.Data(parsed);
        var settings = _options.Settings(parsed, folder.FullName, resume, cancellation);
        var ml = new MLContext(settings.Seed);
        var experiment = _options.Task(parsed) == TrainingTask.Classification ? ml.MulticlassClassification.CreateVideoMambaExperiment(settings) : ml.Regression.CreateVideoMambaExperiment(settings);
        return Report(parsed, folder, ml, listener => experiment.Execute(training, validation, _options.Folds(parsed), listener, listener, () => run.WriteArguments(_verb.Name, _options.Arguments.Of(parsed))));
    }

    private int Report(ParseResult parsed, ExperimentFolder folder, MLContext ml, Func<ExperimentView, VideoMambaExperimentResult> search)
    {
        var metric = _options.Metric(parsed);
        var lines = parsed.GetValue(_json) ? new TrialLines(_console.Out) : null;
        var (clock, next) = (Stopwatch.StartNew(), TimeSpan.Zero);
        IReadOnlyList<Trial> trials = [];
        // Epochs that trials had when they were first heard of: none, but for those of an experiment that goes on.
        var before = new Dictionary<int, int>();
        ExperimentView? view = null;
        view = new ExperimentView(_console, metric, Heard);
        ml.Log += (_, entry) => { if (entry.Kind >= ChannelMessageKind.Warning) view.Warn(entry.RawMessage); };
        var result = view.Run(() => search(view));
        if (result.Failures.Count > 0) _console.Warn($"{result.Failures.Count} clips could not be read: trials learned from the others, and were judged by the others.");
        Draw();
        var best = trials.FirstOrDefault(trial => trial.Number == result.BestRun?.Trial);
        lines?.Finish(trials, best, folder.Model, result.Elapsed);
        if (lines is null && best is not null)
        {
            _console.Out.WriteLine($"{folder.Model}: trial {best.Number} of {trials.Count}, {ExperimentMetrics.NameOf(metric)} {best.Metric:0.####} on clips held out; its recipe: {folder.Recipe}");
            _console.Out.WriteLine($"train by it: {_options.TrainCommand(parsed, folder.Recipe, best.Recipe!)}");
        }

        if (result.Cancelled) _console.Warn(best is null ? "stopped before the first epoch was done. --resume goes on." : $"stopped; the best so far, trial {best.Number}, is kept. --resume goes on.");
        else if (trials.Count == 0) return ExitCode.Failure; // The experiment has said why.
        else if (best is null && trials.Any(trial => trial is { Metric: not null, Model: null })) _console.Warn($"the models of the trials are gone from {Path.Combine(folder.FullName, "trials")}: none of those can be the best. --resume with more --trials or --time trains others.");
        else if (best is null) _console.Warn($"no trial was measured; the first: {trials[0].Error ?? "not an epoch was done"}");
        else if (trials.All(trial => trial.Epochs == before.GetValueOrDefault(trial.Number))) _console.Warn("nothing was trained: the time (--time) or the trials (--trials) are used up. Both count over all resumptions; give more to go on.");
        return result.Cancelled ? ExitCode.Cancelled : best is null ? ExitCode.Failure : ExitCode.Success;

        void Heard(ExperimentProgress progress)
        {
            trials = progress.Trials;
            before.TryAdd(progress.Trial.Number, progress.Trial.Epochs);
            lines?.Add(progress.Trial);
            if (clock.Elapsed < next || progress.Trial.State == TrialState.Running) return;
            Draw();
            next = clock.Elapsed + s_picturePeriod;
        }

        // A picture is not worth an experiment: the disk may be full.
        void Draw()
        {
            if (Leaderboard.Ranked(trials, metric).Count == 0) return;
            try
            {
                Leaderboard.Write(folder.Leaderboard, trials, metric);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                view?.Warn($"{folder.Leaderboard} could not be written: {error.Message}");
            }
        }
    }
}
