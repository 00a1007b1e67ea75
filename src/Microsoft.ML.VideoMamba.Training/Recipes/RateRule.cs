using Microsoft.ML.VideoMamba.Training.Schedules;

namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>How a recipe's learning rates follow the clips of a step.</summary>
public enum RateRule
{
    /// <summary>Every rate is stated for 256 clips (<see cref="LearningRateScaling.Video"/>).</summary>
    Video,

    /// <summary>The base rate is stated for 512 images, the others hold for any number (<see cref="LearningRateScaling.Image"/>).</summary>
    Image,

    /// <summary>Rates hold as they are.</summary>
    Fixed,
}
