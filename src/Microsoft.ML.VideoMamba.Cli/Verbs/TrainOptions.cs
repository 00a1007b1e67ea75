using System.CommandLine;
using System.Globalization;
using Microsoft.ML.VideoMamba.Cli.Runs;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Training.Recipes;
using Microsoft.ML.VideoMamba.Video.Reading;
using TorchSharp;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary>The options of <c>train</c>, and the plan that they make: a recipe (the tool's own defaults, or <c>--recipe</c>) with what the other options change of it.</summary>
internal sealed class TrainOptions
{
    private const int DefaultBatch = 8;

    private readonly Option<string?> _data = Path("--data", "A folder with one sub-folder for each class, a CSV with the header path,label (or none, and these two columns), or a folder with train and val as such.", "DIR|CSV");
    private readonly Option<string?> _validation = Path("--validation", "The same, to choose the best epoch by; a tenth of --data is held out unless given.", "DIR|CSV");
    private readonly Option<string?> _prefix = Path("--prefix", "Folder that the lists' paths are in (default: the list's own).", "DIR");
    private readonly Option<TrainingTask?> _task = new("--task") { Description = "classification or regression (labels are numbers to predict).", HelpName = "TASK" };
    private readonly Option<string?> _recipe = new("--recipe") { Description = "A published recipe by name (videomamba recipes lists them) or a recipe file; the options below then change it.", HelpName = "NAME|FILE" };
    private readonly Option<string?> _arch = new("--arch") { Description = $"Size of the network: {string.Join(", ", VideoMambaConfig.Presets.Keys)} (default tiny).", HelpName = "NAME" };
    private readonly Option<int?> _depth = Count("--depth", "Layers (default: the size's).");
    private readonly Option<int?> _patch = Count("--patch", "Side of a patch in pixels (default 16).");
    private readonly Option<int?> _tubelet = Count("--tubelet", "Frames that a token spans (default 1; 2 tells small motions better apart).");
    private readonly Option<int?> _frames = Count("--frames", "Frames of a clip (default 8).");
    private readonly Option<int?> _size = Count("--size", "Side of a frame in pixels (default 224).");
    private readonly Option<ScanOrder?> _order = new("--scan-order") { Description = "Order in which tokens are scanned (default SpatialFirst).", HelpName = "ORDER" };
    private readonly Option<DtInitialization?> _dtInitialization = new("--dt-initialization") { Description = "How step sizes start from scratch: Proper, Mamba's own (default), or Reference, the original's (default of its recipes).", HelpName = "KIND" };
    private readonly Option<int?> _epochs = Count("--epochs", "Passes over the data (default 30).");
    private readonly Option<int?> _batch = Count("--batch", "Clips of a batch (default 8).");
    private readonly Option<int?> _accumulate = Count("--accumulate", "Batches of a step (default 1; of a recipe as many as make its step).");
    private readonly Option<double?> _rate = new("--lr") { Description = "Learning rate after the warm-up (default 5e-4).", HelpName = "X" };
    private readonly Option<double?> _dropPath = new("--drop-path") { Description = "Drop path rate of the last layer, in [0, 1).", HelpName = "X" };
    private readonly Option<double?> _decay = new("--weight-decay") { Description = "Decoupled weight decay (default 0.05).", HelpName = "X" };
    private readonly Option<ClassificationLoss?> _loss = new("--loss") { Description = "What a classifier is taught by: CrossEntropy (default), BinaryCrossEntropy (a yes or no for each class) or Cosub (the same of two submodels that learn from each other; needs --drop-path).", HelpName = "LOSS" };
    private readonly Option<double?> _average = new("--average") { Description = "Validate and keep a moving average of the weights, of this decay.", HelpName = "X" };
    private readonly Option<bool> _balance = new("--balance") { Description = "Weight classes so that rare ones count as much as common ones." };
    private readonly Option<int?> _patience = Count("--patience", "End after so many epochs without a better validation.");
    private readonly Option<double?> _fraction = new("--validation-fraction") { Description = "Part of --data that is held out where there is no validation set (default 0.1).", HelpName = "X" };
    private readonly Option<int?> _seed = new("--seed") { Description = "Seed of everything that is drawn (default 1).", HelpName = "N" };
    private readonly Option<string?> _checkpoint = Path("--checkpoint", "Weights to start from; the network's shape is read off them.", "FILE");
    private readonly Option<bool> _flip = new("--flip") { Description = "Mirror half of the clips: where left and right do not matter." };
    private readonly Option<string?> _teacher = Path("--teacher", "A checkpoint to learn from too, usually of a smaller network: the student's tokens are to point where the teacher's do.", "FILE");
    private readonly Option<int?> _teacherEpochs = Count("--teacher-epochs", "Epochs after which the teacher is left out (default: never).");
    private readonly Option<double?> _distillWeight = new("--distill-weight") { Description = "Weight of the teacher's part of the loss (default 1).", HelpName = "X" };
    private readonly Option<bool> _soft = new("--soft") { Description = "Follow the teacher's class scores instead of its tokens; patch and tubelet may then be other ones." };
    private readonly Option<bool> _hard = new("--hard") { Description = "Follow the class that the teacher scores highest instead; patch and tubelet may be other ones, too." };
    private readonly Option<double?> _temperature = new("--temperature") { Description = "Temperature of the class scores, with --soft (default 1).", HelpName = "X" };
    private readonly bool _needsTeacher;
    private readonly Option<FailurePolicy> _onFailure = new("--on-failure") { Description = "A clip that cannot be read: skip (default), substitute or throw.", HelpName = "POLICY", DefaultValueFactory = _ => FailurePolicy.Skip };
    private readonly Option<string?> _device = new("--device") { Description = "cpu, cuda or cuda:N; the first CUDA device where there is one, unless given.", HelpName = "DEVICE" };
    private readonly Option<TrainingPrecision?> _precision = new("--precision") { Description = "float32 or bfloat16 (default float32; a recipe's on a GPU).", HelpName = "TYPE" };
    private readonly Option<int?> _interval = Count("--save-every", "Epochs from one state that --resume goes on from to the next (default 1).");
    private readonly Option<int?> _workers = Count("--workers", "Threads that decode and augment (default: one a core, on a card one less).");

    /// <param name="needsTeacher">Whether a plan without a teacher is an error.</param>
    public TrainOptions(bool needsTeacher)
    {
        _needsTeacher = needsTeacher;
        _arch.AcceptOnlyFromAmong([.. VideoMambaConfig.Presets.Keys]);
    }

    private IEnumerable<Option> All =>
    [
        _data, _validation, _prefix, _task, _recipe, _arch, _depth, _patch, _tubelet, _frames, _size, _order, _dtInitialization, _epochs, _batch, _accumulate, _rate, _dropPath, _decay, _loss, _average, _balance, _patience,
        _fraction, _seed, _checkpoint, _flip, _teacher, _teacherEpochs, _distillWeight, _soft, _hard, _temperature, _onFailure, _device, _precision, _interval, _workers,
    ];

    public void AddTo(System.CommandLine.Command verb)
    {
        foreach (var option in All) verb.Options.Add(option);
    }

    /// <summary>What a run that goes on is started with again.</summary>
    public RunArguments Arguments => new([.. All], IsPath);

    /// <summary>What to train.</summary>
    /// <exception cref="UsageException">An option is wrong, or contradicts another or the checkpoint.</exception>
    public TrainingPlan Plan(ParseResult parsed)
    {
        string data = parsed.GetValue(_data) ?? throw new UsageException("--data is required: a folder with one sub-folder for each class, or a CSV.");
        try
        {
            var chosen = parsed.GetValue(_recipe) is { } name ? RecipesVerb.Find(name) : Own(parsed);
            var recipe = Change(parsed, chosen);
            var videos = TrainingData.Read(data, parsed.GetValue(_validation), recipe.Task, recipe.Dataset, new DataListOptions { Prefix = parsed.GetValue(_prefix) });
            string? checkpoint = Checkpoint(parsed, recipe);
            recipe = recipe with { Model = checkpoint is null || parsed.GetValue(_recipe) is not null ? recipe.Model : OfCheckpoint(parsed, recipe.Model, checkpoint), Checkpoint = checkpoint };
            var config = recipe.ToConfig(videos.Outputs);
            if (recipe.Distillation is { } distillation) Teacher.CheckFits(config, distillation);
            var options = Options(parsed, recipe, videos);
            TrainingRun.Check(config, options);
            return new TrainingPlan(recipe, config, options, checkpoint, videos, IsSampled: parsed.GetValue(_recipe) is not null);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(OptionWords.Of(error), error);
        }
    }

    private static Option<string?> Path(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };

    private static Option<int?> Count(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.OnlyAbove(1);
        return option;
    }

    private bool IsPath(Option option, string value) =>
        option == _data || option == _validation || option == _prefix || option == _checkpoint || option == _teacher || (option == _recipe && File.Exists(value));

    /// <summary>The tool's own defaults: a small set of clips, from scratch, on one machine.</summary>
    private Recipe Own(ParseResult parsed)
    {
        int epochs = parsed.GetValue(_epochs) ?? 30, batch = parsed.GetValue(_batch) ?? DefaultBatch;
        return new Recipe
        {
            Name = "own",
            Title = "The tool's defaults",
            Task = parsed.GetValue(_task) ?? TrainingTask.Classification,
            Model = new RecipeModel { DtInitialization = DtInitialization.Proper },
            Optimizer = new RecipeOptimizer { GradientClip = 1 },
            Schedule = new RecipeSchedule { Epochs = epochs, StepSize = batch * (parsed.GetValue(_accumulate) ?? 1), RateRule = RateRule.Fixed, LearningRate = 5e-4, WarmupEpochs = Math.Min(5, epochs / 10.0) },
        };
    }

    private Recipe Change(ParseResult parsed, Recipe recipe)
    {
        var model = recipe.Model with
        {
            Arch = parsed.GetValue(_arch) ?? recipe.Model.Arch,
            Depth = parsed.GetValue(_depth) ?? recipe.Model.Depth,
            Patch = parsed.GetValue(_patch) ?? recipe.Model.Patch,
            Tubelet = parsed.GetValue(_tubelet) ?? recipe.Model.Tubelet,
            Frames = parsed.GetValue(_frames) ?? recipe.Model.Frames,
            Size = parsed.GetValue(_size) ?? recipe.Model.Size,
            ScanOrder = parsed.GetValue(_order) ?? recipe.Model.ScanOrder,
            DtInitialization = parsed.GetValue(_dtInitialization) ?? recipe.Model.DtInitialization,
            DropPath = parsed.GetValue(_dropPath) ?? recipe.Model.DropPath,
        };
        var optimizer = recipe.Optimizer with
        {
            WeightDecay = parsed.GetValue(_decay) ?? recipe.Optimizer.WeightDecay,
            AverageDecay = parsed.GetValue(_average) ?? recipe.Optimizer.AverageDecay,
        };
        var schedule = recipe.Schedule with { Epochs = parsed.GetValue(_epochs) ?? recipe.Schedule.Epochs };
        // A rate that is given holds as it is, whatever the step's size.
        if (parsed.GetValue(_rate) is { } rate) schedule = schedule with { RateRule = RateRule.Fixed, LearningRate = rate, MinLearningRate = Math.Min(schedule.MinLearningRate, rate), WarmupLearningRate = Math.Min(schedule.WarmupLearningRate, rate) };
        return recipe with
        {
            Task = parsed.GetValue(_task) ?? recipe.Task,
            Model = model,
            Optimizer = optimizer,
            Schedule = schedule,
            Loss = parsed.GetValue(_loss) ?? recipe.Loss,
            LabelSmoothing = (parsed.GetValue(_task) ?? recipe.Task) == TrainingTask.Regression ? 0 : recipe.LabelSmoothing,
            Mixing = (parsed.GetValue(_task) ?? recipe.Task) == TrainingTask.Regression ? null : recipe.Mixing,
            Augmentation = parsed.GetValue(_flip) ? recipe.Augmentation with { Flip = true } : recipe.Augmentation,
            Distillation = Distillation(parsed, recipe),
        };
    }

    private DistillationOptions? Distillation(ParseResult parsed, Recipe recipe)
    {
        var kind = Kind(parsed);
        string? teacher = parsed.GetValue(_teacher) ?? recipe.Distillation?.Teacher;
        if (teacher is null)
        {
            if (_needsTeacher) throw new UsageException("--teacher is required: the checkpoint of a trained network.");
            var orphan = new Option[] { _teacherEpochs, _distillWeight, _soft, _hard, _temperature }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
            return orphan is null ? null : throw new UsageException($"{orphan.Name} needs --teacher.");
        }

        if (!File.Exists(teacher))
        {
            throw parsed.GetValue(_teacher) is not null
                ? new FileNotFoundException($"{teacher}: no such file.", teacher)
                : new UsageException($"The recipe {recipe.Name} is taught by {teacher}, which is not here: download it (the authors' model zoo links it) and name it with --teacher.");
        }

        var own = recipe.Distillation ?? new DistillationOptions { Teacher = teacher };
        return own with
        {
            Teacher = teacher,
            TeacherEpochs = parsed.GetValue(_teacherEpochs) ?? own.TeacherEpochs,
            Weight = parsed.GetValue(_distillWeight) ?? own.Weight,
            Kind = kind ?? own.Kind,
            Temperature = parsed.GetValue(_temperature) ?? own.Temperature,
        };
    }

    private DistillationKind? Kind(ParseResult parsed) => (parsed.GetValue(_soft), parsed.GetValue(_hard)) switch
    {
        (true, true) => throw new UsageException("--soft and --hard exclude each other."),
        (true, false) => DistillationKind.Soft,
        (false, true) => DistillationKind.Hard,
        _ => null,
    };

    private TrainingOptions Options(ParseResult parsed, Recipe recipe, TrainingData data)
    {
        var device = ComputeDevice.Find(parsed.GetValue(_device));
        int batch = parsed.GetValue(_batch) ?? recipe.Schedule.BatchesOf(DefaultBatch).Size;
        int accumulate = parsed.GetValue(_accumulate) ?? Math.Max(1, recipe.Schedule.StepSize / batch);
        return recipe.ToTrainingOptions(batch * accumulate) with
        {
            BatchSize = batch,
            AccumulationSteps = accumulate,
            Precision = parsed.GetValue(_precision) ?? (recipe.BFloat16 && device.type == DeviceType.CUDA ? TrainingPrecision.BFloat16 : TrainingPrecision.Float32),
            ClassWeights = parsed.GetValue(_balance) && data.Classes is { } classes ? ClassBalance.Weights(data.Labels, classes.Count) : null,
            EarlyStoppingPatience = parsed.GetValue(_patience),
            ValidationFraction = parsed.GetValue(_fraction) ?? 0.1,
            OnFailure = parsed.GetValue(_onFailure),
            Seed = parsed.GetValue(_seed) ?? 1,
            Device = device.ToString(),
            StateInterval = parsed.GetValue(_interval) ?? 1,
            Workers = parsed.GetValue(_workers) ?? 0,
        };
    }

    private string? Checkpoint(ParseResult parsed, Recipe recipe)
    {
        string? file = parsed.GetValue(_checkpoint) ?? recipe.Checkpoint;
        if (file is null || File.Exists(file)) return file;
        throw parsed.GetValue(_checkpoint) is not null
            ? new FileNotFoundException($"{file}: no such file.", file)
            : new UsageException($"The recipe {recipe.Name} starts from {file}, which is not here: download it (the authors' model zoo links it) and name it with --checkpoint.");
    }

    /// <summary>The network of a checkpoint; frames, size and tubelet may be other ones, since its weights are adapted.</summary>
    private RecipeModel OfCheckpoint(ParseResult parsed, RecipeModel asked, string path)
    {
        using var file = Models.Checkpoints.Checkpoint.Open(path);
        var stored = CheckpointConfig.Read(file);
        string arch = stored.PresetName is { } preset ? preset : VideoMambaConfig.Presets.FirstOrDefault(one => one.Value.EmbedDim == stored.EmbedDim).Key
            ?? throw new UsageException($"{path}: a network of width {stored.EmbedDim} is none of {string.Join(", ", VideoMambaConfig.Presets.Keys)}.");
        Require("--arch", parsed.GetValue(_arch), arch);
        Require("--depth", parsed.GetValue(_depth)?.ToString(CultureInfo.InvariantCulture), stored.Depth.ToString(CultureInfo.InvariantCulture));
        Require("--scan-order", parsed.GetValue(_order)?.ToString(), stored.ScanOrder.ToString());
        Require("--patch", parsed.GetValue(_patch)?.ToString(CultureInfo.InvariantCulture), stored.PatchSize.ToString(CultureInfo.InvariantCulture));
        if (stored.Height != stored.Width && parsed.GetValue(_size) is null) throw new UsageException($"{path}: its frames are {stored.Height}x{stored.Width}; name a --size for square ones.");
        return asked with
        {
            Arch = arch,
            Depth = stored.Depth,
            Patch = stored.PatchSize,
            Tubelet = parsed.GetValue(_tubelet) ?? stored.Tubelet,
            Frames = parsed.GetValue(_frames) ?? (stored.IsVideo ? stored.Frames : asked.Frames),
            Size = parsed.GetValue(_size) ?? stored.Height,
            ScanOrder = stored.ScanOrder,
        };

        void Require(string option, string? wanted, string own)
        {
            if (wanted is not null && wanted != own) throw new UsageException($"{option} is {wanted}, but {path} holds {own}. Leave {option} out, or train without --checkpoint.");
        }
    }
}
