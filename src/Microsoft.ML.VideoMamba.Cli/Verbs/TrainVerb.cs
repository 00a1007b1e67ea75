using System.CommandLine;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Cli.Runs;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Training.Recipes;
using Microsoft.ML.VideoMamba.Video.Writing;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>train</c>: a network from a folder or list of videos.</summary>
internal sealed class TrainVerb
{
    /// <summary>Decoded clips that do not fit in memory go to the run's folder, up to this many bytes.</summary>
    private const long MostCacheBytes = 64L << 30;

    private readonly TrainOptions _options;
    private readonly Option<string> _output = new("--output") { Description = "Folder for the model, the weights, the log, pictures and a report.", HelpName = "DIR", Required = true };
    private readonly Option<bool> _force = new("--force") { Description = "Replace a run that the folder holds." };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on with the run that the folder holds, with the options that it was started with." };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object on standard output at the end." };
    private readonly ToolConsole _console;
    private readonly Verb _verb;

    private TrainVerb(ToolConsole console, Verb verb, bool needsTeacher)
    {
        (_console, _verb, _options) = (console, verb, new TrainOptions(needsTeacher));
        foreach (var option in new Option[] { _output, _force, _resume, _json }) _verb.Options.Add(option);
        _options.AddTo(_verb);
        _verb.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
    }

    public static Verb Create(ToolConsole console) => Create(
        console,
        new Verb(
            "train",
            "Train a network on a folder or list of videos. Ctrl+C keeps the best so far; --resume goes on from the last finished epoch, with the same losses as if it had never stopped.",
            "train --data clips --output run",
            "train --data train.csv --validation val.csv --output run --arch tiny --depth 4 --tubelet 2 --size 64 --epochs 50 --batch 32 --lr 2e-3",
            "train --data clips --output run --checkpoint videomamba_t16_k400_f8_res224.pth --lr 1e-4",
            "train --data kinetics --output run --recipe k400-tiny-f8 --batch 16",
            "train --output run --resume"),
        needsTeacher: false);

    /// <summary>A verb that trains, by another name.</summary>
    /// <param name="console">Where it writes.</param>
    /// <param name="verb">Its name, description and examples; it gets the options.</param>
    /// <param name="needsTeacher">Whether there must be a teacher.</param>
    public static Verb Create(ToolConsole console, Verb verb, bool needsTeacher) => new TrainVerb(console, verb, needsTeacher)._verb;

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var folder = new RunFolder(parsed.GetValue(_output)!);
        if (parsed.GetValue(_resume)) parsed = Resumed(parsed, folder);
        else folder.CheckFree(parsed.GetValue(_force));
        var plan = _options.Plan(parsed);
        var arguments = _options.Arguments.Of(parsed);
        using var hold = folder.Hold();
        if (folder.HoldsArguments && !parsed.GetValue(_resume)) folder.Clear();
        else folder.ClearPartial();
        folder.WriteArguments(_verb.Name, arguments);
        AtomicFile.WriteText(folder.Recipe, RecipeFile.ToJson(plan.Recipe) + "\n");
        foreach (string name in plan.Data.Singles) _console.Warn($"class '{name}' has one clip: it is learned from and never held out.");
        string commandLine = string.Join(' ', ["videomamba", _verb.Name, .. arguments.Select(argument => argument.Value == "true" ? argument.Key : $"{argument.Key} {RunArguments.Quoted(argument.Value)}"), $"--output {RunArguments.Quoted(folder.FullName)}"]);
        return Train(plan, folder, commandLine, parsed.GetValue(_json), cancellation);
    }

    /// <summary>The command line that the run was started with; what is given again must be the same.</summary>
    private ParseResult Resumed(ParseResult parsed, RunFolder folder)
    {
        if (parsed.GetValue(_force)) throw new UsageException("--resume and --force exclude each other.");
        return _options.Arguments.Again(_verb, folder, parsed, ["--output", folder.FullName, "--resume", .. parsed.GetValue(_json) ? ["--json"] : Array.Empty<string>()]);
    }

    private int Train(TrainingPlan plan, RunFolder folder, string commandLine, bool json, CancellationToken cancellation)
    {
        var view = new TrainingView(_console);
        var log = new RunLog(folder.Log);
        var events = new EventFiles(folder.FullName, view.Warn);
        var cache = plan.IsSampled ? null : new ClipCache(ClipCache.DefaultMemoryBytes, folder.Cache, MostCacheBytes);
        var (training, held) = cache is null ? plan.Data.Sampled(plan.Recipe.ToSampling()) : plan.Data.Cached(plan.Config, cache);
        if (held is null) (training, held) = Split(plan, training);

        var run = new TrainingRun(plan.Config, plan.Options with { StateFolder = folder.State, Resume = true }, plan.Checkpoint is null ? null : model => Start(model, plan.Checkpoint, view), new ViewLogger(view));
        TrainingResult result;
        try
        {
            result = view.Run(() => run.Fit(training, held, new Both(view, events), EpochDone, cancellation));
        }
        catch (TrainingException error)
        {
            // What was learned is worth keeping; the error is told behind it.
            view.Warn(error.Message);
            if (error.BestSoFar is null) return ExitCode.Failure;
            Finish(plan, folder, error.BestSoFar, training, held, commandLine, json);
            return ExitCode.Failure;
        }

        if (cache?.DiskFailure is { } failure) view.Warn($"Decoded clips could not be kept in {folder.Cache}: {failure.Message}");
        if (!result.Cancelled) ClipCache.Delete(folder.Cache);
        Finish(plan, folder, result, training, held, commandLine, json);
        return result.Cancelled ? ExitCode.Cancelled : ExitCode.Success;

        void EpochDone(EpochMetrics epoch)
        {
            view.EpochDone(epoch);
            events.Add(epoch);
            try
            {
                log.Add(epoch);
            }
            catch (IOException error)
            {
                view.Warn($"{folder.Log} could not be written: {error.Message}");
            }
        }
    }

    /// <summary>Holds out a part of each class.</summary>
    private static (ITrainingSet Training, ITrainingSet? Held) Split(TrainingPlan plan, ITrainingSet clips)
    {
        if (plan.Options.ValidationFraction == 0) return (clips, null);
        var (training, held) = ClipSplit.Stratified([.. Enumerable.Range(0, clips.Count).Select(clips.LabelOf)], plan.Data.Task, plan.Options.ValidationFraction, plan.Options.Seed);
        return held.Count == 0 ? (clips, null) : (new ClipSubset(clips, training), new ClipSubset(clips, held));
    }

    private static void Start(VideoMambaModel model, string checkpoint, TrainingView view)
    {
        using var file = Checkpoint.Open(checkpoint);
        view.Warn($"starting from {checkpoint}: {CheckpointLoader.Load(model, file, new LoadOptions { Head = HeadLoading.DropOnMismatch })}");
    }

    private void Finish(TrainingPlan plan, RunFolder folder, TrainingResult result, ITrainingSet training, ITrainingSet? held, string commandLine, bool json)
    {
        using var model = result.Model;
        if (result.Failures.Count > 0) _console.Warn($"{result.Failures.Count} clips could not be read; report.md lists them.");
        if (result.Cancelled) _console.Warn(result.BestEpoch > 0 ? $"stopped in epoch {result.Epochs.Count + 1}; the best so far, of epoch {result.BestEpoch}, is kept. --resume goes on." : "stopped in the first epoch; the weights of its last step are kept.");
        new RunOutputs(folder, plan).Write(result, training, held, commandLine);
        var best = result.BestEpoch > 0 ? result.Epochs[result.BestEpoch - 1] : null;
        if (json)
        {
            _console.Out.WriteLine(JsonLines.Line(new
            {
                output = folder.FullName,
                epochs = result.Epochs.Count,
                best_epoch = result.BestEpoch,
                validation_top1 = best?.ValidationTop1,
                validation_loss = best?.ValidationLoss,
                train_loss = best?.TrainLoss,
                failed = result.Failures.Count,
                cancelled = result.Cancelled,
            }));
            return;
        }

        string score = best?.ValidationTop1 is { } top1 ? $"top-1 {top1:0.000} on clips held out" : best?.ValidationLoss is { } loss ? $"loss {loss:G5} on clips held out" : "not validated";
        _console.Out.WriteLine($"{folder.Model}: epoch {result.BestEpoch} of {result.Epochs.Count}, {score}");
    }

    private sealed class Both(TrainingView view, EventFiles events) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            view.Report(value);
            events.Add(value);
        }
    }
}
