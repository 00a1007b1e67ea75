namespace Microsoft.ML.VideoMamba.Training.Schedules;

/// <summary>How a learning rate falls.</summary>
public enum LearningRateSchedule
{
    /// <summary>Warm-up and half a cosine, a new value each step: the video recipes.</summary>
    CosinePerStep,

    /// <summary>Warm-up and half a cosine, a new value each epoch, with the jump behind the warm-up: the image recipes (<see cref="EpochCosine"/>).</summary>
    CosinePerEpoch,
}
