using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Training.Inference;
using Microsoft.ML.VideoMamba.Training.Mixing;
using Microsoft.ML.VideoMamba.Training.Optimization;

namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>What all of the original's video recipes have in common.</summary>
/// <remarks>video_sm/run_class_finetuning.py: its defaults, and what every script of video_sm/exp sets.</remarks>
internal static class VideoRecipe
{
    // What the scripts leave at its default; it reaches the embeddings only (LayerDecayMapping.Reference).
    private const double DefaultLayerDecay = 0.75;

    /// <summary>A recipe at 224 pixels.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="size">The network's size.</param>
    /// <param name="frames">Frames of a clip.</param>
    /// <param name="masked">Whether it starts from masked modelling: marked in names, and with a layer decay of 0.8.</param>
    public static Recipe Of(Dataset dataset, ModelSize size, int frames, bool masked = false) => new()
    {
        Name = $"{dataset.Name}-{size.Arch}{(masked ? "-mask" : "")}-f{frames}",
        Title = $"{dataset.Title}, {size.Title}{(masked ? " after masked modelling" : "")}, {frames} frames",
        Dataset = dataset.Name,
        Task = dataset.Task,
        Model = new RecipeModel { Arch = size.Arch, Frames = frames },
        Sampling = new RecipeSampling { Kind = dataset.Sampling },
        Augmentation = ClipAugmentation.Kinetics with { Policy = size.IsTiny ? "rand-m5-n2-mstd0.25-inc1" : "rand-m7-n4-mstd0.5-inc1", Flip = dataset.Mirrors },
        RepeatedAugmentation = new RepeatedAugmentation(2, KeepsLength: false),
        Mixing = dataset.Task == TrainingTask.Classification ? new MixOptions() : null,
        LabelSmoothing = dataset.Task == TrainingTask.Classification ? 0.1 : 0,
        Optimizer = new RecipeOptimizer
        {
            WeightDecay = size.IsTiny ? 0.1 : 0.05,
            LayerDecay = masked ? 0.8 : DefaultLayerDecay,
            LayerDecayMapping = LayerDecayMapping.Reference,
        },
        Schedule = new RecipeSchedule { RateRule = RateRule.Video, MinLearningRate = 1e-6, WarmupLearningRate = 1e-6, WarmupEpochs = 5 },
        BFloat16 = true,
        Views = new ViewOptions { Segments = dataset.TestSegments, Crops = dataset.TestCrops },
    };

    /// <summary>The part of a published file's name that says what it was trained on.</summary>
    public static string FileStem(Dataset dataset, bool masked, int frames) => $"{dataset.Name}_{(masked ? "mask_ft_" : "")}f{frames}_res224";

    /// <summary>A recipe that goes on at a larger size from another one's result.</summary>
    /// <param name="recipe">The one before.</param>
    /// <param name="pixels">The new size.</param>
    /// <param name="epochs">Epochs.</param>
    /// <param name="warmup">Epochs of the warm-up.</param>
    /// <param name="stepSize">Videos of a step.</param>
    /// <param name="top1">What is published.</param>
    public static Recipe Larger(Recipe recipe, int pixels, int epochs, int warmup, int stepSize, double top1)
    {
        string before = recipe.Published!.Checkpoint!;
        return recipe with
        {
            Name = $"{recipe.Name}-{pixels}",
            Title = $"{recipe.Title}, {pixels} px, from 224 px",
            Model = recipe.Model with { Size = pixels },
            Optimizer = recipe.Optimizer with { WeightDecay = 1e-8 },
            Schedule = recipe.Schedule with { Epochs = epochs, WarmupEpochs = warmup, StepSize = stepSize, LearningRate = 5e-6 },
            Checkpoint = before,
            Published = new PublishedResult("top1", top1, before.Replace("_res224", $"_res224to{pixels}", StringComparison.Ordinal)),
        };
    }
}
