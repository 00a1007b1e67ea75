using System.Text.Json.Serialization;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Inference;
using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Training.Mixing;
using Microsoft.ML.VideoMamba.Training.Schedules;

namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>
/// Everything that decides a training but the data and the machine: network, frames, augmentation, optimiser, schedule, start and test. Immutable, and a JSON
/// file (<see cref="RecipeFile"/>). The published ones are in <see cref="RecipeBook"/>.
/// </summary>
public sealed record Recipe
{
    /// <summary>The recipe's name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in a line.</summary>
    public string Title { get; init; } = "";

    /// <summary>The public data set that it was made for (<see cref="Data.Dataset"/>), or null for own data.</summary>
    public string? Dataset { get; init; }

    /// <summary>What is learned.</summary>
    public TrainingTask Task { get; init; }

    /// <summary>The network.</summary>
    public RecipeModel Model { get; init; } = new();

    /// <summary>How frames are chosen.</summary>
    public RecipeSampling Sampling { get; init; } = new();

    /// <summary>How clips are changed each time that they are learned from.</summary>
    public ClipAugmentation Augmentation { get; init; } = new();

    /// <summary>Several versions of a clip in one batch.</summary>
    public RepeatedAugmentation RepeatedAugmentation { get; init; } = RepeatedAugmentation.None;

    /// <summary>How clips of a batch are mixed; null for not at all.</summary>
    public MixOptions? Mixing { get; init; }

    /// <summary>What a classifier is taught by.</summary>
    public ClassificationLoss Loss { get; init; }

    /// <summary>Label smoothing, in [0, 1).</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>The optimiser.</summary>
    public RecipeOptimizer Optimizer { get; init; } = new();

    /// <summary>Length and learning rates.</summary>
    public RecipeSchedule Schedule { get; init; } = new();

    /// <summary>Whether matrices and activations are bfloat16 on a GPU.</summary>
    [JsonPropertyName("bfloat16")]
    public bool BFloat16 { get; init; }

    /// <summary>The checkpoint that training starts from; null for random weights.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>The teacher; null for none.</summary>
    public DistillationOptions? Distillation { get; init; }

    /// <summary>How a finished model is tested.</summary>
    public ViewOptions Views { get; init; } = new();

    /// <summary>What the authors publish of it; null for own recipes.</summary>
    public PublishedResult? Published { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">One is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Name)) throw new ArgumentException($"{nameof(Name)} must not be empty.", nameof(Name));
        if (Dataset is not null) Data.Dataset.Find(Dataset);
        if (RepeatedAugmentation.Repeats < 1) throw new ArgumentException($"{nameof(RepeatedAugmentation.Repeats)} must be at least 1; it is {RepeatedAugmentation.Repeats}.", nameof(RepeatedAugmentation));
        ToConfig();
        ToSampling().Validate();
        Augmentation.Validate();
        Mixing?.Validate();
        Views.Validate();
        ToTrainingOptions().Validate();
    }

    /// <summary>The network.</summary>
    /// <param name="classes">Classes of the data; those of <see cref="Dataset"/> if left out, or 2 where that is not set either.</param>
    public VideoMambaConfig ToConfig(int? classes = null) =>
        Model.ToConfig(Task == TrainingTask.Regression ? 1 : classes ?? (Dataset is null ? 2 : Data.Dataset.Find(Dataset).Classes));

    /// <summary>How clips are taken from videos.</summary>
    public SamplingOptions ToSampling() => Sampling.For(Model.Frames ?? 1);

    /// <summary>The options of a training; those of the machine (device, workers, seed, state) keep their defaults.</summary>
    /// <param name="batchSize">Videos of a batch, at least 1; the recipe's whole step if left out. The learning rates follow the clips of a step.</param>
    public TrainingOptions ToTrainingOptions(int? batchSize = null)
    {
        int videos = batchSize ?? Schedule.StepSize;
        ArgumentOutOfRangeException.ThrowIfLessThan(videos, 1, nameof(batchSize));
        return new TrainingOptions
        {
            Task = Task,
            Epochs = Schedule.Epochs,
            BatchSize = videos,
            LearningRate = Scaled(Schedule.LearningRate, isBase: true),
            MinLearningRate = Scaled(Schedule.MinLearningRate, isBase: false),
            WarmupLearningRate = Scaled(Schedule.WarmupLearningRate, isBase: false),
            WarmupEpochs = Schedule.WarmupEpochs,
            Schedule = Schedule.RateRule == RateRule.Image ? LearningRateSchedule.CosinePerEpoch : LearningRateSchedule.CosinePerStep,
            WeightDecay = Optimizer.WeightDecay,
            FinalWeightDecay = Optimizer.FinalWeightDecay,
            Beta1 = Optimizer.Beta1,
            Beta2 = Optimizer.Beta2,
            Epsilon = Optimizer.Epsilon,
            GradientClip = Optimizer.GradientClip,
            Loss = Loss,
            LabelSmoothing = LabelSmoothing,
            LayerDecay = Optimizer.LayerDecay,
            LayerDecayMapping = Optimizer.LayerDecayMapping,
            Augmentation = Augmentation,
            RepeatedAugmentation = RepeatedAugmentation,
            Mixing = Mixing,
            AverageDecay = Optimizer.AverageDecay,
            Distillation = Distillation,
        };

        double Scaled(double rate, bool isBase) => Schedule.Scaled(rate, isBase, videos, RepeatedAugmentation.KeepsLength ? 1 : RepeatedAugmentation.Repeats);
    }
}
