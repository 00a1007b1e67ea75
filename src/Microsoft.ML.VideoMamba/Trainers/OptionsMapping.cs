using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Augmentation;

namespace Microsoft.ML.VideoMamba.Trainers;

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
        ArgumentOutOfRangeException.ThrowIfNegative(options.ErasingProbability);
        ToTraining(options, task, "cpu", seed: 1).Validate();
        NetworkShape.Check(options);
        if (options.Checkpoint is { } checkpoint && !File.Exists(checkpoint)) throw new FileNotFoundException($"{checkpoint}: no such file.", checkpoint);
    }

    public static TrainingOptions ToTraining(VideoMambaTrainer.Options options, TrainingTask task, string device, int seed) => new()
    {
        Task = task,
        Epochs = options.Epochs,
        Precision = options.Precision,
        BatchSize = options.BatchSize,
        AccumulationSteps = options.AccumulationSteps,
        LearningRate = options.LearningRate,
        MinLearningRate = options.MinLearningRate,
        WarmupEpochs = options.WarmupEpochs,
        WarmupLearningRate = options.WarmupLearningRate,
        Schedule = options.Schedule,
        WeightDecay = options.WeightDecay,
        FinalWeightDecay = options.FinalWeightDecay,
        Beta1 = options.Beta1,
        Beta2 = options.Beta2,
        Epsilon = options.Epsilon,
        GradientClip = options.GradientClip,
        LabelSmoothing = options.LabelSmoothing,
        AverageDecay = options.AverageDecay,
        LayerDecay = options.LayerDecay,
        LayerDecayMapping = options.LayerDecayMapping,
        Augmentation = new ClipAugmentation
        {
            Policy = options.AugmentationPolicy,
            ColorJitter = options.ColorJitter,
            Crop = options.Crop,
            MinScale = options.MinScale,
            MaxAspect = options.MaxAspect,
            Shift = options.Shift,
            Flip = options.HorizontalFlip,
            Brightness = options.Brightness,
            Contrast = options.Contrast,
            Noise = options.Noise,
            Erasing = options.ErasingProbability > 0 ? new RandomErasing { Probability = options.ErasingProbability } : null,
        },
        ValidationFraction = options.ValidationFraction,
        EarlyStoppingPatience = options.EarlyStoppingPatience,
        OnFailure = options.OnFailure,
        Workers = options.Workers,
        StateFolder = options.StateFolder,
        Resume = options.Resume,
        Device = device,
        Seed = seed,
    };
}
