using Microsoft.ML.VideoMamba.Training.Data;

namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>Something-Something V2: from ImageNet-1K, or from masked modelling on it, at 8 and 16 frames; then 16 frames at 288 pixels.</summary>
/// <remarks>video_sm/exp/ssv2; video_sm/MODEL_ZOO.md.</remarks>
internal static class SomethingRecipes
{
    public static IReadOnlyList<Recipe> All { get; } =
    [
        .. Family(ModelSize.Tiny, false, epochs: 35, dropPath: 0.1, rate: 4e-4, steps: [512, 512, 512], top1: [65.1, 66.0, 66.2]),
        .. Family(ModelSize.Small, false, epochs: 30, dropPath: 0.35, rate: 4e-4, steps: [512, 512, 192], top1: [66.6, 67.7, 68.1]),
        .. Family(ModelSize.Middle, false, epochs: 30, dropPath: 0.8, rate: 4e-4, steps: [512, 256, 96], top1: [67.3, 68.3, 68.4]),
        .. Family(ModelSize.Middle, true, epochs: 30, dropPath: 0.4, rate: 1e-4, steps: [512, 256, 96], top1: [70.2, 71.0, 71.4]),
    ];

    private static IEnumerable<Recipe> Family(ModelSize size, bool masked, int epochs, double dropPath, double rate, int[] steps, double[] top1)
    {
        var longer = Recipe(size, masked, 16, epochs, dropPath, rate, steps[1], top1[1]);
        return [Recipe(size, masked, 8, epochs, dropPath, rate, steps[0], top1[0]), longer, VideoRecipe.Larger(longer, 288, epochs: 10, warmup: 2, steps[2], top1[2])];
    }

    private static Recipe Recipe(ModelSize size, bool masked, int frames, int epochs, double dropPath, double rate, int stepSize, double top1)
    {
        var recipe = VideoRecipe.Of(Dataset.Ssv2, size, frames, masked);
        return recipe with
        {
            Model = recipe.Model with { DropPath = dropPath },
            Schedule = recipe.Schedule with { Epochs = epochs, StepSize = stepSize, LearningRate = rate },
            Checkpoint = masked ? size.Checkpoint("ssv2_mask_pt_f8_res224") : size.ImageCheckpoint,
            Published = new PublishedResult("top1", top1, size.Checkpoint(VideoRecipe.FileStem(Dataset.Ssv2, masked, frames))),
        };
    }
}
