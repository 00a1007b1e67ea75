using System.Text.Json;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>The space that an experiment searches unless it is told otherwise.</summary>
public static class DefaultRecipeSpace
{
    private const string Checkpoint = "checkpoint";

    /// <summary>Makes the space around a recipe.</summary>
    /// <param name="recipe">What the trials start from; <see cref="SmallRecipe"/> if left out. Its own values are among the choices.</param>
    /// <param name="checkpoints">Weights that a trial may start from; the first trial starts from the first of them, and a trial may start without, too.</param>
    /// <param name="teachers">Checkpoints that a trial may learn from beside the labels (self-distillation); it may do without, too. Their class scores are followed.</param>
    public static RecipeSpace Around(Recipe? recipe = null, IReadOnlyList<string>? checkpoints = null, IReadOnlyList<string>? teachers = null)
    {
        recipe ??= SmallRecipe.Of(TrainingTask.Classification);
        bool starts = checkpoints is { Count: > 0 };
        // A checkpoint brings its own shape.
        IReadOnlyList<ParameterCondition> fresh = starts ? [new ParameterCondition(Checkpoint, ChoiceParameter.Of(Checkpoint, [null]).Values)] : [];
        IReadOnlyList<ParameterCondition> started = starts ? [new ParameterCondition(Checkpoint, ChoiceParameter.Of(Checkpoint, [.. checkpoints!]).Values)] : [];
        var model = recipe.Model;
        int depth = recipe.ToConfig().Depth;
        List<SearchParameter> parameters = [];
        if (starts) parameters.Add(ChoiceParameter.Of(Checkpoint, [null, .. checkpoints!]) with { Default = JsonSerializer.SerializeToElement(checkpoints![0]) });
        parameters.AddRange(
        [
            ChoiceParameter.Of("model.arch", Ordered([.. VideoMambaConfig.Presets.Keys], [model.Arch], "tiny", "small")) with { When = fresh },
            ChoiceParameter.Of("model.depth", Ascending(depth, depth / 2, depth, 3 * depth / 2, 2 * depth)) with { Default = JsonSerializer.SerializeToElement(depth), When = fresh },
            ChoiceParameter.Of("model.frames", Ascending(model.Frames ?? 8, (model.Frames ?? 8) / 2, model.Frames ?? 8, 2 * (model.Frames ?? 8))),
            ChoiceParameter.Of("model.size", Ascending(model.Size, Multiple(model.Size * 0.75, model.Patch), model.Size, Multiple(model.Size * 1.5, model.Patch))),
            ChoiceParameter.Of("model.tubelet", Ascending(model.Tubelet, 1, 2)) with { When = fresh },
            ChoiceParameter.Of("model.scan_order", "spatial_first", "temporal_first", "spatio_temporal_v1") with { When = fresh },
            new RangeParameter("schedule.learning_rate", 1e-5, 1e-2) { Scale = RangeScale.Log },
            new RangeParameter("optimizer.weight_decay", 0.005, 0.5) { Scale = RangeScale.Log },
            new RangeParameter("model.drop_path", 0, 0.3),
        ]);
        if (starts) parameters.Add(new RangeParameter("optimizer.layer_decay", 0.6, 1) { When = started });
        parameters.AddRange(
        [
            new RangeParameter("augmentation.min_scale", 0.4, 1),
            ChoiceParameter.Of("augmentation.flip", false, true),
            ChoiceParameter.Of("augmentation.policy", null, "rand-m5-n2-mstd0.5-inc1"),
            ChoiceParameter.Of("augmentation.erasing", null, new { probability = 0.25 }),
        ]);
        if (recipe.Task == TrainingTask.Classification) parameters.Add(ChoiceParameter.Of("mixing", null, new { mixup_alpha = 0.8, cutmix_alpha = 1.0 }));
        if (teachers is { Count: > 0 } && recipe.Task == TrainingTask.Classification) parameters.Add(ChoiceParameter.Of("distillation", [null, .. teachers.Select(teacher => new { teacher, kind = "soft" })]));
        return new RecipeSpace(parameters);
    }

    private static object?[] Ascending(int own, params int[] values) => [.. values.Append(own).Where(value => value >= 1).Distinct().Order().Cast<object?>()];

    private static object?[] Ordered(List<string> order, string[] own, params string[] values) => [.. values.Union(own).OrderBy(order.IndexOf)];

    private static int Multiple(double size, int patch) => Math.Max(1, (int)Math.Round(size / patch)) * patch;
}
