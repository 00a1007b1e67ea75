using System.CommandLine;
using System.Globalization;
using Microsoft.ML.VideoMamba.Cli.Runs;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary>The options of <c>experiment</c>, and the settings that they make.</summary>
internal sealed class ExperimentArguments
{
    private const uint DefaultSeconds = 600;

    private static readonly VideoMambaExperimentSettings s_defaults = new();

    private static readonly Dictionary<string, TunerKind> s_tuners = new() { ["cost-frugal"] = TunerKind.CostFrugal, ["asha"] = TunerKind.Asha, ["random"] = TunerKind.Random };

    private readonly Option<string?> _data = new("--data") { Description = "A folder with one sub-folder for each class, a CSV with the header path,label, or a folder with train and val as such.", HelpName = "DIR|CSV" };
    private readonly Option<string?> _validation = new("--validation") { Description = "The same, to judge trials by; a fifth of --data is held out unless given.", HelpName = "DIR|CSV" };
    private readonly Option<string?> _prefix = new("--prefix") { Description = "Folder that the lists' paths are in (default: the list's own).", HelpName = "DIR" };
    private readonly Option<int?> _folds = new("--folds") { Description = "Judge trials by the mean over so many folds instead.", HelpName = "N" };
    private readonly Option<double?> _fraction = new("--validation-fraction") { Description = "Part of --data that is held out where there is no validation set (default 0.2).", HelpName = "X" };
    private readonly Option<TrainingTask?> _task = new("--task") { Description = "classification or regression (labels are numbers to predict).", HelpName = "TASK" };
    private readonly Option<TimeSpan?> _time = new("--time") { Description = "Time of all trials together: 90s, 10m, 1h30m (default 10m unless --trials is given).", HelpName = "TIME", CustomParser = Duration.Parse };
    private readonly Option<int?> _trials = new("--trials") { Description = "Most trials.", HelpName = "N" };
    private readonly Option<string?> _metric = new("--metric") { Description = $"What makes a trial the best: {string.Join(", ", ExperimentMetrics.Names)} (default top1; of numbers mse).", HelpName = "NAME" };
    private readonly Option<string?> _space = new("--space") { Description = "What trials may differ in, as --print-space prints it.", HelpName = "FILE" };
    private readonly Option<string?> _tuner = new("--tuner") { Description = "How trials are chosen: cost-frugal (default; FLOW2, AAAI 2021), asha (successive halving, MLSys 2020) or random.", HelpName = "NAME" };
    private readonly Option<string?> _recipe = new("--recipe") { Description = "What trials start from: a published recipe by name, or a recipe file (default: a small network for a CPU).", HelpName = "NAME|FILE" };
    private readonly Option<string?> _checkpoint = new("--checkpoint") { Description = "Weights that trials may start from.", HelpName = "FILE" };
    private readonly Option<string?> _teacher = new("--teacher") { Description = "A trained checkpoint of the same classes that trials may learn from too (self-distillation).", HelpName = "FILE" };
    private readonly Option<bool> _balance = new("--balance") { Description = "Weight classes so that rare ones count as much as common ones." };
    private readonly Option<int?> _seed = new("--seed") { Description = "Seed of everything that is drawn (default 1).", HelpName = "N" };
    private readonly Option<string?> _device = new("--device") { Description = "cpu, cuda or cuda:N; the first CUDA device where there is one, unless given.", HelpName = "DEVICE" };
    private readonly Option<int?> _workers = new("--workers") { Description = "Threads that decode and augment (default: one a core, on a card one less).", HelpName = "N" };

    public ExperimentArguments()
    {
        foreach (var count in new[] { _trials, _workers }) count.OnlyAbove(1);
        _folds.OnlyAbove(2);
        _tuner.AcceptOnlyFromAmong([.. s_tuners.Keys]);
        _metric.AcceptOnlyFromAmong([.. ExperimentMetrics.Names]);
    }

    /// <summary>What an experiment that goes on is started with again.</summary>
    public RunArguments Arguments => new([.. All], (option, value) =>
        option == _data || option == _validation || option == _prefix || option == _space || option == _checkpoint || option == _teacher || (option == _recipe && File.Exists(value)));

    /// <summary>Options that may change when an experiment goes on.</summary>
    public IReadOnlyList<Option> Free => [_time, _trials, _device, _workers];

    private IEnumerable<Option> All =>
        [_data, _validation, _prefix, _folds, _fraction, _task, _time, _trials, _metric, _space, _tuner, _recipe, _checkpoint, _teacher, _balance, _seed, _device, _workers];

    public void AddTo(System.CommandLine.Command verb)
    {
        foreach (var option in All) verb.Options.Add(option);
    }

    public TrainingTask Task(ParseResult parsed) => parsed.GetValue(_task) ?? (parsed.GetValue(_recipe) is null ? TrainingTask.Classification : Recipe(parsed).Task);

    public ExperimentMetric Metric(ParseResult parsed)
    {
        var task = Task(parsed);
        if (parsed.GetValue(_metric) is not { } name) return ExperimentMetrics.Default(task);
        var metric = ExperimentMetrics.Find(name);
        return ExperimentMetrics.Fits(metric, task)
            ? metric
            : throw new UsageException($"--metric {name} does not measure {task.ToString().ToLowerInvariant()}: choose {string.Join(", ", ExperimentMetrics.Names.Where(other => ExperimentMetrics.Fits(ExperimentMetrics.Find(other), task)))}.");
    }

    public int? Folds(ParseResult parsed) => parsed.GetValue(_folds);

    /// <summary>The videos to learn from and, where they are given, those to judge trials by.</summary>
    public (DataList Training, DataList? Validation) Data(ParseResult parsed)
    {
        string data = parsed.GetValue(_data) ?? throw new UsageException("--data is required: a folder with one sub-folder for each class, or a CSV.");
        if (parsed.GetValue(_folds) is not null && parsed.GetValue(_validation) is not null) throw new UsageException("--folds and --validation exclude each other.");
        var options = new DataListOptions { Prefix = parsed.GetValue(_prefix) };
        var splits = DataSplits.Read(data, options);
        var training = splits.Training ?? throw new DataListException(data, "holds no list or folder 'train' to learn from");
        if (parsed.GetValue(_folds) is { } folds)
        {
            if (folds > training.Rows.Count) throw new UsageException($"--folds must be at most the number of clips, {training.Rows.Count}; it is {folds}.");
            return (training, null);
        }

        return (training, parsed.GetValue(_validation) is { } held ? DataList.Read(held, options) : splits.Validation);
    }

    /// <summary>The space that is searched, checked against what trials start from.</summary>
    public RecipeSpace Space(ParseResult parsed)
    {
        var recipe = Recipe(parsed);
        if (parsed.GetValue(_space) is not { } file) return DefaultRecipeSpace.Around(recipe, Files(parsed.GetValue(_checkpoint)), Files(parsed.GetValue(_teacher)));
        if (new[] { _checkpoint, _teacher }.FirstOrDefault(option => parsed.GetValue(option) is not null) is { } stray) throw new UsageException($"{stray.Name} is a part of the default space: name the file in {file} instead.");
        var space = RecipeSpaceFile.Read(file);
        RecipeSpaceFile.Check(space, recipe, file);
        return space;
    }

    public VideoMambaExperimentSettings Settings(ParseResult parsed, string folder, bool resume, CancellationToken cancellation) => new()
    {
        OutputDirectory = folder,
        Resume = resume,
        MaxExperimentTimeInSeconds = parsed.GetValue(_time) is { } time ? checked((uint)time.TotalSeconds) : parsed.GetValue(_trials) is null ? DefaultSeconds : null,
        MaxModels = parsed.GetValue(_trials),
        CancellationToken = cancellation,
        OptimizingMetric = Metric(parsed),
        Recipe = Recipe(parsed),
        SearchSpace = Space(parsed),
        Tuner = parsed.GetValue(_tuner) is { } tuner ? s_tuners[tuner] : TunerKind.CostFrugal,
        Seed = parsed.GetValue(_seed) ?? 1,
        ValidationFraction = parsed.GetValue(_fraction) ?? s_defaults.ValidationFraction,
        BalanceClasses = parsed.GetValue(_balance),
        Device = parsed.GetValue(_device),
        Workers = parsed.GetValue(_workers) ?? 0,
    };

    /// <summary>The command line that trains by a trial's recipe on the same clips, in the same batches.</summary>
    public string TrainCommand(ParseResult parsed, string recipeFile, Recipe recipe)
    {
        List<string> words = ["videomamba", "train", "--data", Path.GetFullPath(parsed.GetValue(_data)!), "--output", "run", "--recipe", recipeFile];
        if (parsed.GetValue(_prefix) is { } prefix) words.AddRange(["--prefix", Path.GetFullPath(prefix)]);
        if (parsed.GetValue(_validation) is { } validation) words.AddRange(["--validation", Path.GetFullPath(validation)]);
        else words.AddRange(["--validation-fraction", Number(parsed.GetValue(_fraction) ?? s_defaults.ValidationFraction)]);
        words.AddRange(["--batch", Number(recipe.Schedule.BatchesOf(s_defaults.MaxBatchSize).Size), "--seed", Number(parsed.GetValue(_seed) ?? 1)]);
        if (parsed.GetValue(_balance)) words.Add("--balance");
        return string.Join(' ', words.Select(RunArguments.Quoted));

        static string Number(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
    }

    /// <summary>What trials start from.</summary>
    public Recipe Recipe(ParseResult parsed)
    {
        var recipe = parsed.GetValue(_recipe) is { } name ? RecipesVerb.Find(name) : SmallRecipe.Of(parsed.GetValue(_task) ?? TrainingTask.Classification);
        if (recipe.Model.Frames is null) throw new UsageException($"--recipe {recipe.Name} is for images; an experiment learns from clips.");
        if (recipe.Checkpoint is { } start && !File.Exists(start)) throw new UsageException($"The recipe {recipe.Name} starts from {start}, which is not here: download it (the authors' model zoo links it), or copy the recipe with your own file in it.");
        return recipe;
    }

    private static IReadOnlyList<string> Files(string? file) => file is null ? [] : File.Exists(file) ? [Path.GetFullPath(file)] : throw new FileNotFoundException($"{file}: no such file.", file);
}
