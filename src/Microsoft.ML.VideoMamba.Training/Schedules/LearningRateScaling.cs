namespace Microsoft.ML.VideoMamba.Training.Schedules;

/// <summary>The linear rule: a published rate is stated for one size of a step and scales with the clips of a step.</summary>
public static class LearningRateScaling
{
    /// <summary>The image recipes' rule: rate * batch * world / 512. It is applied to the base rate only, not to the least or the warm-up's.</summary>
    /// <param name="rate">The recipe's rate.</param>
    /// <param name="batchSize">Images of a batch on one device.</param>
    /// <param name="devices">Devices (world).</param>
    /// <remarks>image_sm/main.py.</remarks>
    public static double Image(double rate, int batchSize, int devices = 1) => rate * batchSize * devices / 512.0;

    /// <summary>The video recipes' rule: rate * batch * update_freq * world * num_sample / 256, applied to the base, the least and the warm-up's rate.</summary>
    /// <param name="rate">The recipe's rate.</param>
    /// <param name="batchSize">Videos of a batch on one device.</param>
    /// <param name="accumulation">Batches of a step (update_freq).</param>
    /// <param name="devices">Devices (world).</param>
    /// <param name="samples">Clips taken of each video (num_sample).</param>
    /// <remarks>video_sm/run_class_finetuning.py.</remarks>
    public static double Video(double rate, int batchSize, int accumulation = 1, int devices = 1, int samples = 1) =>
        rate * batchSize * accumulation * devices * samples / 256.0;
}
