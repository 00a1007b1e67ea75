using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Experiments;

/// <summary>The recipe and the space that settings mean.</summary>
/// <param name="Recipe">What trials start from.</param>
/// <param name="Space">What they may differ in.</param>
internal sealed record ExperimentPlan(Recipe Recipe, RecipeSpace Space)
{
    /// <summary>The most frames that a network of a trial takes.</summary>
    public int Frames => Space.Greatest("model.frames", Recipe.Model.Frames ?? 1);

    /// <summary>The largest side of frames that a network of a trial takes.</summary>
    public int Side => Space.Greatest("model.size", Recipe.Model.Size);

    public static ExperimentPlan Of(VideoMambaExperimentSettings settings, TrainingTask task)
    {
        var recipe = settings.Recipe ?? SmallRecipe.Of(task);
        if (recipe.Model.Frames is null) throw new ArgumentException($"{recipe.Name} is for images; an experiment learns from clips.", nameof(settings));
        recipe = task == TrainingTask.Regression ? recipe with { Task = task, LabelSmoothing = 0, Mixing = null } : recipe with { Task = task };
        return new ExperimentPlan(recipe, settings.SearchSpace ?? DefaultRecipeSpace.Around(recipe));
    }
}
