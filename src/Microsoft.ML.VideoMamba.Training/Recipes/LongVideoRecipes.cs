using Microsoft.ML.VideoMamba.Training.Data;

namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>Videos of minutes: Breakfast, COIN and the nine tasks of LVU, each from a Kinetics checkpoint.</summary>
/// <remarks>
/// video_sm/exp/breakfast, coin and lvu; video_sm/MODEL_ZOO.md, and for LVU the paper's table. The published numbers take frames from whole videos. For LVU the
/// authors call the results unstable and advise windows of a minute: set the sampling's kind to <c>windows</c>.
/// </remarks>
internal static class LongVideoRecipes
{
    public static IReadOnlyList<Recipe> All { get; } =
    [
        .. Family(Dataset.Breakfast, ModelSize.Tiny, false, epochs: 70, dropPath: 0.1, steps: [256, 256], top1: [94.3, 94.3]),
        .. Family(Dataset.Breakfast, ModelSize.Small, false, epochs: 50, dropPath: 0.4, steps: [256, 128], top1: [95.3, 97.4]),
        .. Family(Dataset.Breakfast, ModelSize.Middle, false, epochs: 50, dropPath: 0.8, steps: [64, 32], top1: [94.8, 95.8]),
        .. Family(Dataset.Breakfast, ModelSize.Middle, true, epochs: 45, dropPath: 0.4, steps: [64, 32], top1: [97.9, 96.9]),
        .. Family(Dataset.Coin, ModelSize.Tiny, false, epochs: 40, dropPath: 0.1, steps: [256, 256], top1: [86.2, 87.0]),
        .. Family(Dataset.Coin, ModelSize.Small, false, epochs: 35, dropPath: 0.4, steps: [256, 128], top1: [88.4, 88.7]),
        .. Family(Dataset.Coin, ModelSize.Middle, false, epochs: 30, dropPath: 0.8, steps: [64, 32], top1: [88.3, 89.5]),
        .. Family(Dataset.Coin, ModelSize.Middle, true, epochs: 30, dropPath: 0.4, steps: [64, 32], top1: [89.6, 90.4]),
        Lvu("relation", 62.50), Lvu("speak", 40.43), Lvu("scene", 70.37), Lvu("director", 67.29), Lvu("genre", 65.24), Lvu("writer", 52.98), Lvu("year", 48.23),
        Lvu("like", 0.26), Lvu("view", 2.90),
    ];

    private static IEnumerable<Recipe> Family(Dataset dataset, ModelSize size, bool masked, int epochs, double dropPath, int[] steps, double[] top1)
    {
        int[] frames = [32, 64];
        return Enumerable.Range(0, frames.Length).Select(i => Recipe(dataset, size, masked, frames[i], epochs, dropPath, steps[i], top1[i]));
    }

    private static Recipe Recipe(Dataset dataset, ModelSize size, bool masked, int frames, int epochs, double dropPath, int stepSize, double top1)
    {
        var recipe = VideoRecipe.Of(dataset, size, frames, masked);
        return recipe with
        {
            Model = recipe.Model with { DropPath = dropPath },
            // These scripts set a layer decay for the largest network even where it does not come from masked modelling.
            Optimizer = recipe.Optimizer with { LayerDecay = size == ModelSize.Middle ? 0.8 : recipe.Optimizer.LayerDecay },
            Schedule = recipe.Schedule with { Epochs = epochs, StepSize = stepSize, LearningRate = 2e-4 },
            // The smallest network's scripts start from 32 frames for 64 too; the time embedding is then stretched.
            Checkpoint = size.Checkpoint(VideoRecipe.FileStem(Dataset.K400, masked, size.IsTiny ? 32 : frames)),
            Published = new PublishedResult("top1", top1, size.Checkpoint(VideoRecipe.FileStem(dataset, masked, frames))),
        };
    }

    private static Recipe Lvu(string task, double published)
    {
        var recipe = VideoRecipe.Of(Dataset.Find($"lvu-{task}"), ModelSize.Tiny, frames: 32);
        return recipe with
        {
            Model = recipe.Model with { DropPath = 0.15 },
            Sampling = recipe.Sampling with { Kind = ClipSampling.Sparse },
            Schedule = recipe.Schedule with { Epochs = 70, StepSize = 64, LearningRate = 4e-4 },
            Checkpoint = ModelSize.Tiny.Checkpoint(VideoRecipe.FileStem(Dataset.K400, false, 32)),
            Published = new PublishedResult(recipe.Task == TrainingTask.Regression ? "mse" : "top1", published, null),
        };
    }
}
