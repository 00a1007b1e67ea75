using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba;

/// <summary>The engine's options of a trainer's.</summary>
internal static class OptionsMapping
{
    /// <summary>Checks all values that can be checked without data, device or checkpoint.</summary>
    public static void Check(VideoMambaTrainer.Options options, TrainingTask task)
    {
        ArgumentException.ThrowIfNullOrEmpty(options.LabelColumnName);
        ArgumentException.ThrowIfNullOrEmpty(options.FeatureColumnName);
        ArgumentException.ThrowIfNullOrEmpty(options.ScoreColumnName);
        ArgumentException.ThrowIfNullOrEmpty(options.PredictedLabelColumnName);
        ArgumentOutOfRangeException.ThrowIfNegative(options.CacheMemoryBytes.GetValueOrDefault());
        ArgumentOutOfRangeException.ThrowIfNegative(options.CacheDiskBytes);
        ToTraining(options, task, "cpu", seed: 1).Validate();
        NetworkShape.Check(options);
        if (options.Checkpoint is { } checkpoint && !File.Exists(checkpoint)) throw new FileNotFoundException($"{checkpoint}: no such file.", checkpoint);
    }

    public static TrainingOptions ToTraining(VideoMambaTrainer.Options options, TrainingTask task, string device, int seed) => new()
    {
        Task = task,
        Epochs = options.Epochs,
        BatchSize = options.BatchSize,
        LearningRate = options.LearningRate,
        MinLearningRate = options.MinLearningRate,
        WarmupEpochs = options.WarmupEpochs,
        WeightDecay = options.WeightDecay,
        GradientClip = options.GradientClip,
        LabelSmoothing = options.LabelSmoothing,
        LayerDecay = options.LayerDecay,
        Augmentation = new ClipAugmentation
        {
            MinScale = options.MinScale,
            MaxAspect = options.MaxAspect,
            Shift = options.Shift,
            Flip = options.HorizontalFlip,
            Brightness = options.Brightness,
            Contrast = options.Contrast,
            Noise = options.Noise,
        },
        ValidationFraction = options.ValidationFraction,
        EarlyStoppingPatience = options.EarlyStoppingPatience,
        OnFailure = options.OnFailure,
        Workers = options.Workers,
        Device = device,
        Seed = seed,
    };
}
