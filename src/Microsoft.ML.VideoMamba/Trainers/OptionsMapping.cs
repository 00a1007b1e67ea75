using Microsoft.ML.VideoMamba.Networks;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Mixing;
using Microsoft.ML.VideoMamba.Training.Recipes;

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
        foreach (string file in new[] { options.Checkpoint, options.Teacher }.OfType<string>())
        {
            if (!File.Exists(file)) throw new FileNotFoundException($"{file}: no such file.", file);
        }
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
        Loss = options.Loss,
        LabelSmoothing = options.LabelSmoothing,
        AverageDecay = options.AverageDecay,
        LayerDecay = options.LayerDecay,
        LayerDecayMapping = options.LayerDecayMapping,
        Augmentation = new ClipAugmentation
        {
            Policy = options.AugmentationPolicy,
            Order = options.AugmentationOrder,
            Interpolation = options.AugmentationInterpolation,
            Fill = options.AugmentationOrder == AugmentationOrder.CropFirst ? RgbLevel.ImageNetMean : RgbLevel.Grey,
            ColorJitter = options.ColorJitter,
            Crop = options.Crop,
            MinScale = options.MinScale,
            MaxAspect = options.MaxAspect,
            Shift = options.Shift,
            Flip = options.HorizontalFlip,
            Brightness = options.Brightness,
            Contrast = options.Contrast,
            Noise = options.Noise,
            Erasing = options.ErasingProbability > 0 ? new RandomErasing { Probability = options.ErasingProbability, Mode = options.ErasingMode } : null,
        },
        RepeatedAugmentation = new RepeatedAugmentation(options.Repeats, options.RepeatsKeepLength),
        Mixing = options.MixupAlpha != 0 || options.CutmixAlpha != 0
            ? new MixOptions { MixupAlpha = options.MixupAlpha, CutmixAlpha = options.CutmixAlpha, Probability = options.MixProbability, SwitchProbability = options.MixSwitchProbability, Mode = options.MixMode }
            : null,
        Distillation = options.Teacher is { } teacher
            ? new DistillationOptions { Teacher = teacher, TeacherEpochs = options.TeacherEpochs, Weight = options.DistillationWeight, Kind = options.DistillationKind, Temperature = options.DistillationTemperature }
            : null,
        ValidationFraction = options.ValidationFraction,
        Criterion = options.Criterion,
        EarlyStoppingPatience = options.EarlyStoppingPatience,
        OnFailure = options.OnFailure,
        Workers = options.Workers,
        StateFolder = options.StateFolder,
        StateInterval = options.StateInterval,
        Resume = options.Resume,
        PauseAfter = options.PauseAfter,
        Device = device,
        Seed = seed,
    };

    /// <summary>A trainer's options of a recipe for videos.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="batchSize">Clips of a batch.</param>
    /// <exception cref="ArgumentException">It is for images, or the batch size is below 1.</exception>
    public static VideoMambaTrainer.Options OfRecipe(Recipe recipe, int batchSize)
    {
        if (recipe.Model.Frames is not { } frames) throw new ArgumentException($"{recipe.Name} is for images; the trainer learns from clips.", nameof(recipe));
        var training = recipe.ToTrainingOptions(batchSize);
        var options = new VideoMambaTrainer.Options
        {
            Architecture = Enum.Parse<VideoMambaArchitecture>(recipe.Model.Arch, ignoreCase: true),
            Depth = recipe.Model.Depth,
            PatchSize = recipe.Model.Patch,
            Tubelet = recipe.Model.Tubelet,
            Frames = frames,
            ImageSize = recipe.Model.Size,
            ScanOrder = recipe.Model.ScanOrder,
            DtInitialization = recipe.Model.DtInitialization,
            DropPath = recipe.Model.DropPath,
            HeadDropout = recipe.Model.HeadDropout,
            CheckpointedLayers = recipe.Model.CheckpointedLayers,
            Checkpoint = recipe.Checkpoint,
            Epochs = training.Epochs,
            BatchSize = training.BatchSize,
            LearningRate = training.LearningRate,
            MinLearningRate = training.MinLearningRate,
            WarmupEpochs = training.WarmupEpochs,
            WarmupLearningRate = training.WarmupLearningRate,
            Schedule = training.Schedule,
            WeightDecay = training.WeightDecay,
            FinalWeightDecay = training.FinalWeightDecay,
            Beta1 = training.Beta1,
            Beta2 = training.Beta2,
            Epsilon = training.Epsilon,
            GradientClip = training.GradientClip,
            Loss = training.Loss,
            LabelSmoothing = training.LabelSmoothing,
            AverageDecay = training.AverageDecay,
            LayerDecay = training.LayerDecay,
            LayerDecayMapping = training.LayerDecayMapping,
            Repeats = training.RepeatedAugmentation.Repeats,
            RepeatsKeepLength = training.RepeatedAugmentation.KeepsLength,
            MixupAlpha = training.Mixing?.MixupAlpha ?? 0,
            CutmixAlpha = training.Mixing?.CutmixAlpha ?? 0,
        };
        SetAugmentation(options, training.Augmentation);
        if (training.Mixing is { } mixing) (options.MixProbability, options.MixSwitchProbability, options.MixMode) = (mixing.Probability, mixing.SwitchProbability, mixing.Mode);
        if (training.Distillation is { } taught)
        {
            (options.Teacher, options.TeacherEpochs, options.DistillationWeight) = (taught.Teacher, taught.TeacherEpochs, taught.Weight);
            (options.DistillationKind, options.DistillationTemperature) = (taught.Kind, taught.Temperature);
        }

        return options;
    }

    private static void SetAugmentation(VideoMambaTrainer.Options options, ClipAugmentation augmentation)
    {
        (options.AugmentationPolicy, options.AugmentationOrder, options.AugmentationInterpolation) = (augmentation.Policy, augmentation.Order, augmentation.Interpolation);
        (options.Crop, options.MinScale, options.MaxAspect, options.Shift) = (augmentation.Crop, augmentation.MinScale, augmentation.MaxAspect, augmentation.Shift);
        (options.HorizontalFlip, options.ColorJitter) = (augmentation.Flip, augmentation.ColorJitter);
        (options.Brightness, options.Contrast, options.Noise) = (augmentation.Brightness, augmentation.Contrast, augmentation.Noise);
        if (augmentation.Erasing is { } erasing) (options.ErasingProbability, options.ErasingMode) = (erasing.Probability, erasing.Mode);
    }
}
