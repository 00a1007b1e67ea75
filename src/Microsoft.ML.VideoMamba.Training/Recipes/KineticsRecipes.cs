using Microsoft.ML.VideoMamba.Training.Data;

namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>Kinetics-400: from ImageNet-1K, or from masked modelling on Kinetics itself, at 8 to 64 frames; then 64 frames at 384 pixels.</summary>
/// <remarks>video_sm/exp/k400; video_sm/MODEL_ZOO.md.</remarks>
internal static class KineticsRecipes
{
    public static IReadOnlyList<Recipe> All { get; } =
    [
        .. Family(ModelSize.Tiny, false, epochs: 70, dropPath: 0.1, rates: [2e-4, 2e-4, 2e-4, 2e-4], steps: [512, 512, 256, 256], top1: [76.9, 78.1, 78.8, 79.6], large: (10, 2, 96, 80.3)),
        .. Family(ModelSize.Small, false, epochs: 50, dropPath: 0.35, rates: [2e-4, 2e-4, 2e-4, 2e-4], steps: [512, 512, 256, 128], top1: [79.3, 80.8, 81.5, 81.8], large: (6, 1, 128, 82.7)),
        .. Family(ModelSize.Middle, false, epochs: 50, dropPath: 0.8, rates: [2e-4, 1e-4, 1e-4, 1e-4], steps: [512, 256, 128, 64], top1: [80.6, 81.9, 82.4, 82.8], large: (6, 1, 32, 83.3)),
        .. Family(ModelSize.Middle, true, epochs: 45, dropPath: 0.4, rates: [1e-4, 1e-4, 1e-4, 1e-4], steps: [512, 256, 128, 64], top1: [82.0, 83.4, 83.9, 84.3], large: (6, 1, 32, 85.0)),
    ];

    private static IEnumerable<Recipe> Family(
        ModelSize size, bool masked, int epochs, double dropPath, double[] rates, int[] steps, double[] top1, (int Epochs, int Warmup, int StepSize, double Top1) large)
    {
        int[] frames = [8, 16, 32, 64];
        Recipe[] recipes = [.. Enumerable.Range(0, frames.Length).Select(i => Recipe(size, masked, frames[i], epochs, dropPath, rates[i], steps[i], top1[i]))];
        return [.. recipes, VideoRecipe.Larger(recipes[^1], 384, large.Epochs, large.Warmup, large.StepSize, large.Top1)];
    }

    private static Recipe Recipe(ModelSize size, bool masked, int frames, int epochs, double dropPath, double rate, int stepSize, double top1)
    {
        var recipe = VideoRecipe.Of(Dataset.K400, size, frames, masked);
        return recipe with
        {
            Model = recipe.Model with { DropPath = dropPath },
            Schedule = recipe.Schedule with { Epochs = epochs, StepSize = stepSize, LearningRate = rate },
            Checkpoint = masked ? size.Checkpoint("k400_mask_pt_f8_res224") : size.ImageCheckpoint,
            Published = new PublishedResult("top1", top1, size.Checkpoint(VideoRecipe.FileStem(Dataset.K400, masked, frames))),
        };
    }
}
