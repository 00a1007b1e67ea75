using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training.Recipes;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>What an experiment starts from unless it is told otherwise: a network that a CPU trains in minutes on a few hundred clips.</summary>
public static class SmallRecipe
{
    /// <summary>The recipe: four layers of the smallest width, 8 frames of 64 x 64, tokens of two frames, Mamba's own start of the step sizes, 50 epochs.</summary>
    /// <param name="task">What is learned.</param>
    public static Recipe Of(TrainingTask task) => new()
    {
        Name = "small",
        Title = "A small network for a few hundred clips",
        Task = task,
        Model = new RecipeModel { Depth = 4, Tubelet = 2, Size = 64, DtInitialization = DtInitialization.Proper },
        LabelSmoothing = task == TrainingTask.Classification ? 0.1 : 0,
        Optimizer = new RecipeOptimizer { GradientClip = 1 },
        Schedule = new RecipeSchedule { Epochs = 50, StepSize = 32, RateRule = RateRule.Fixed, LearningRate = 2e-3, WarmupEpochs = 5 },
    };
}
