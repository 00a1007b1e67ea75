using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Data;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Mixing;

namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>ImageNet-1K: from scratch at 224 pixels (the larger two with VideoMamba-S as teacher), then on at 448 and 576.</summary>
/// <remarks>image_sm/exp and image_sm/exp_distill; image_sm/MODEL_ZOO.md.</remarks>
internal static class ImageRecipes
{
    public static IReadOnlyList<Recipe> All { get; } =
    [
        Scratch(ModelSize.Tiny, 4096, dropPath: 0, top1: 76.9),
        Scratch(ModelSize.Small, 4096, dropPath: 0.15, top1: 81.2),
        Distilled(ModelSize.Middle, top1: 82.8),
        Distilled(ModelSize.Base, top1: 82.7),
        Larger(ModelSize.Tiny, 448, 2048, dropPath: 0, top1: 79.3),
        Larger(ModelSize.Tiny, 576, 1024, dropPath: 0, top1: 79.6),
        Larger(ModelSize.Small, 448, 512, dropPath: 0.15, top1: 83.2),
        Larger(ModelSize.Small, 576, 512, dropPath: 0.15, top1: 83.5),
        Larger(ModelSize.Middle, 448, 512, dropPath: 0.5, top1: 83.8),
        Larger(ModelSize.Middle, 576, 512, dropPath: 0.5, top1: 84.0),
    ];

    private static Recipe Scratch(ModelSize size, int stepSize, double dropPath, double top1) => new()
    {
        Name = $"in1k-{size.Arch}-224",
        Title = $"ImageNet-1K, {size.Title}, 224 px",
        Dataset = Dataset.ImageNet.Name,
        Model = new RecipeModel { Arch = size.Arch, Frames = null, DropPath = dropPath },
        Augmentation = size.IsTiny ? ClipAugmentation.ImageNet with { Policy = "v0" } : ClipAugmentation.ImageNet,
        RepeatedAugmentation = size.IsTiny ? RepeatedAugmentation.None : new RepeatedAugmentation(3, KeepsLength: true),
        Mixing = new MixOptions(),
        Optimizer = new RecipeOptimizer { WeightDecay = size.IsTiny ? 0.1 : 0.05, GradientClip = size.IsTiny ? 5 : null },
        Schedule = new RecipeSchedule
        {
            Epochs = 300,
            StepSize = stepSize,
            RateRule = RateRule.Image,
            LearningRate = 5e-4,
            MinLearningRate = 1e-5,
            WarmupLearningRate = 1e-6,
            WarmupEpochs = 5,
        },
        BFloat16 = true,
        Published = new PublishedResult("top1", top1, size.ImageCheckpoint),
    };

    private static Recipe Distilled(ModelSize size, double top1)
    {
        var recipe = Scratch(size, 2048, dropPath: 0.5, top1);
        return recipe with
        {
            Title = recipe.Title + ", taught by VideoMamba-S",
            Optimizer = recipe.Optimizer with { GradientClip = 5 },
            Schedule = recipe.Schedule with { MinLearningRate = 5e-6, WarmupLearningRate = 5e-7, WarmupEpochs = 20 },
            Distillation = new DistillationOptions { Teacher = ModelSize.Small.ImageCheckpoint },
        };
    }

    private static Recipe Larger(ModelSize size, int pixels, int stepSize, double dropPath, double top1)
    {
        bool last = pixels == 576;
        var recipe = Scratch(size, stepSize, dropPath, top1);
        return recipe with
        {
            Name = $"in1k-{size.Arch}-{pixels}",
            Title = $"ImageNet-1K, {size.Title}, {pixels} px, from {(last ? 448 : 224)} px",
            Model = recipe.Model with { Size = pixels },
            Optimizer = new RecipeOptimizer { WeightDecay = 1e-8 },
            Schedule = recipe.Schedule with { Epochs = last ? 10 : 30, WarmupEpochs = last ? 2 : 5, LearningRate = 5e-6, MinLearningRate = 5e-6 },
            Checkpoint = size.Checkpoint(last ? "in1k_res224to448" : "in1k_res224"),
            Published = new PublishedResult("top1", top1, size.Checkpoint(last ? "in1k_res224to448to576" : "in1k_res224to448")),
        };
    }
}
