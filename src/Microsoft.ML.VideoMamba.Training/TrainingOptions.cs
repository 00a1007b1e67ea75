using Microsoft.ML.VideoMamba.Training.Augmentation;
using Microsoft.ML.VideoMamba.Training.Distillation;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Losses;
using Microsoft.ML.VideoMamba.Training.Mixing;
using Microsoft.ML.VideoMamba.Training.Optimization;
using Microsoft.ML.VideoMamba.Training.Schedules;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba.Training;

/// <summary>How a model is trained. The defaults train a small model from scratch; fine-tuning wants a lower rate.</summary>
public sealed record TrainingOptions
{
    /// <summary>What the model learns.</summary>
    public TrainingTask Task { get; init; }

    /// <summary>What the model computes in.</summary>
    public TrainingPrecision Precision { get; init; }

    /// <summary>Passes over the training set, at least 1.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Clips of a batch, at least 1.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Batches whose gradients make one step (update_freq), at least 1: a step then sees the mean over all their clips.</summary>
    public int AccumulationSteps { get; init; } = 1;

    /// <summary>Learning rate after the warm-up, above 0.</summary>
    public double LearningRate { get; init; } = 5e-4;

    /// <summary>Learning rate that the cosine falls to, at least 0.</summary>
    public double MinLearningRate { get; init; } = 1e-6;

    /// <summary>Epochs over which the rate rises from <see cref="MinLearningRate"/>, at least 0; null for a tenth of all, 5 at most.</summary>
    public double? WarmupEpochs { get; init; }

    /// <summary>Learning rate that the warm-up rises from, at least 0; null for <see cref="MinLearningRate"/>.</summary>
    public double? WarmupLearningRate { get; init; }

    /// <summary>How the rate falls.</summary>
    public LearningRateSchedule Schedule { get; init; }

    /// <summary>Decoupled weight decay, at least 0.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Weight decay that a cosine rises (or falls) to from <see cref="WeightDecay"/>, at least 0; null to keep it.</summary>
    public double? FinalWeightDecay { get; init; }

    /// <summary>Decay of AdamW's first moment, in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of AdamW's second moment, in [0, 1).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>AdamW's epsilon, above 0.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Largest global norm of the gradients, above 0; null for no clipping.</summary>
    public double? GradientClip { get; init; } = 1;

    /// <summary>What a classifier is taught by.</summary>
    public ClassificationLoss Loss { get; init; }

    /// <summary>Label smoothing of the cross entropy, in [0, 1).</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>Factor of each class's loss, each above 0, one for each class; null for 1 each. <see cref="ClassBalance"/> finds those of rare classes.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>
    /// Decay of a moving average of the weights, in [0, 1): the average is validated and kept instead of the weights themselves. Null for none; 0.9999 in
    /// the original's recipes, which suits tens of thousands of steps.
    /// </summary>
    public double? AverageDecay { get; init; }

    /// <summary>Rate of a layer over that of the one above it, in (0, 1]; 1 for no layer decay.</summary>
    public double LayerDecay { get; init; } = 1;

    /// <summary>Which layer a parameter counts to under <see cref="LayerDecay"/>.</summary>
    public LayerDecayMapping LayerDecayMapping { get; init; } = LayerDecayMapping.Corrected;

    /// <summary>How clips are changed each time that they are learned from.</summary>
    public ClipAugmentation Augmentation { get; init; } = new();

    /// <summary>Several versions of a clip in a batch: an epoch, or a batch, grows with them as it says. Steps and schedules are counted as without.</summary>
    public RepeatedAugmentation RepeatedAugmentation { get; init; } = RepeatedAugmentation.None;

    /// <summary>How the clips of a batch and their classes are mixed; null for not at all. Classification only.</summary>
    public MixOptions? Mixing { get; init; }

    /// <summary>A teacher to learn from beside the labels; null for none.</summary>
    public DistillationOptions? Distillation { get; init; }

    /// <summary>Part of the training set that is held out where no validation set is given, in [0, 1); 0 for none.</summary>
    public double ValidationFraction { get; init; } = 0.1;

    /// <summary>
    /// What makes one epoch's weights better than another's, of equal ones the lower validation loss; null for the highest accuracy, for regression the lowest loss.
    /// </summary>
    public ExperimentMetric? Criterion { get; init; }

    /// <summary>Ends the training after this many epochs without a better validation, at least 1; null for never.</summary>
    public int? EarlyStoppingPatience { get; init; }

    /// <summary>What happens when a clip cannot be read.</summary>
    public FailurePolicy OnFailure { get; init; } = FailurePolicy.Throw;

    /// <summary>Seed of start weights, split, order and augmentation: on a CPU the same seed gives the same losses, bit by bit.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Where the model is trained: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads that decode and augment; 0 for one a core, on a card one less: it queues the card's work.</summary>
    public int Workers { get; init; }

    /// <summary>Folder that gets the whole state after each epoch, so that the training can go on where it was stopped, even by force; null for none.</summary>
    public string? StateFolder { get; init; }

    /// <summary>Epochs from one state to the next, at least 1: a large network's state takes longer to write than a short epoch. The last epoch's is always written.</summary>
    public int StateInterval { get; init; } = 1;

    /// <summary>
    /// Whether to go on from the state in <see cref="StateFolder"/> (from the start if there is none). On a CPU the losses are those of a training that was
    /// never stopped. Without it, a folder that holds a state is refused.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>
    /// Ends the training behind this epoch though its schedules run on to <see cref="Epochs"/>, from 1 to those; null for none. <see cref="Resume"/> with a later one goes on,
    /// as if it had never paused.
    /// </summary>
    public int? PauseAfter { get; init; }

    /// <summary>The warm-up in epochs that holds.</summary>
    public double EffectiveWarmupEpochs => WarmupEpochs ?? Math.Min(5, Epochs / 10.0);

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        Require(Enum.IsDefined(Task), nameof(Task), Task, "is no task");
        Require(Epochs >= 1, nameof(Epochs), Epochs, "must be at least 1");
        Require(Enum.IsDefined(Precision), nameof(Precision), Precision, "is no precision");
        Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "must be at least 1");
        Require(AccumulationSteps >= 1, nameof(AccumulationSteps), AccumulationSteps, "must be at least 1");
        Require(LearningRate > 0 && double.IsFinite(LearningRate), nameof(LearningRate), LearningRate, "must be above 0");
        Require(MinLearningRate >= 0 && double.IsFinite(MinLearningRate), nameof(MinLearningRate), MinLearningRate, "must be at least 0");
        Require(WarmupEpochs is null or >= 0, nameof(WarmupEpochs), WarmupEpochs, "must be at least 0");
        Require(WarmupLearningRate is null || (WarmupLearningRate >= 0 && double.IsFinite(WarmupLearningRate.Value)), nameof(WarmupLearningRate), WarmupLearningRate, "must be at least 0");
        Require(Enum.IsDefined(Schedule), nameof(Schedule), Schedule, "is no schedule");
        Require(FinalWeightDecay is null || (FinalWeightDecay >= 0 && double.IsFinite(FinalWeightDecay.Value)), nameof(FinalWeightDecay), FinalWeightDecay, "must be at least 0");
        Require(WeightDecay >= 0 && double.IsFinite(WeightDecay), nameof(WeightDecay), WeightDecay, "must be at least 0");
        Require(FinalWeightDecay is null || WeightDecay > 0, nameof(FinalWeightDecay), FinalWeightDecay, $"needs a {nameof(WeightDecay)} above 0");
        Require(Beta1 is >= 0 and < 1, nameof(Beta1), Beta1, "must be in [0, 1)");
        Require(Beta2 is >= 0 and < 1, nameof(Beta2), Beta2, "must be in [0, 1)");
        Require(Epsilon > 0, nameof(Epsilon), Epsilon, "must be above 0");
        Require(GradientClip is null or > 0, nameof(GradientClip), GradientClip, "must be above 0");
        Require(LabelSmoothing is >= 0 and < 1, nameof(LabelSmoothing), LabelSmoothing, "must be in [0, 1)");
        Require(ClassWeights is null || ClassWeights.All(weight => weight > 0 && double.IsFinite(weight)), nameof(ClassWeights), string.Join(", ", ClassWeights ?? []), "must all be above 0");
        Require(Enum.IsDefined(Loss), nameof(Loss), Loss, "is no loss");
        Require(Loss == ClassificationLoss.CrossEntropy || Task == TrainingTask.Classification, nameof(Loss), Loss, "is for classification only");
        Require(ClassWeights is null || Loss == ClassificationLoss.CrossEntropy, nameof(ClassWeights), string.Join(", ", ClassWeights ?? []), $"go with {nameof(ClassificationLoss.CrossEntropy)} only");
        Require(AverageDecay is null or (>= 0 and < 1), nameof(AverageDecay), AverageDecay, "must be in [0, 1)");
        Require(LayerDecay is > 0 and <= 1, nameof(LayerDecay), LayerDecay, "must be in (0, 1]");
        Require(Enum.IsDefined(LayerDecayMapping), nameof(LayerDecayMapping), LayerDecayMapping, "is no mapping");
        Require(ValidationFraction is >= 0 and < 1, nameof(ValidationFraction), ValidationFraction, "must be in [0, 1)");
        Require(Criterion is not { } criterion || (Enum.IsDefined(criterion) && ExperimentMetrics.Fits(criterion, Task)), nameof(Criterion), Criterion, $"is no metric of {Task}");
        Require(EarlyStoppingPatience is null or >= 1, nameof(EarlyStoppingPatience), EarlyStoppingPatience, "must be at least 1");
        Require(Enum.IsDefined(OnFailure), nameof(OnFailure), OnFailure, "is no policy");
        Require(!string.IsNullOrEmpty(Device), nameof(Device), Device, "must name a device");
        Require(Workers >= 0, nameof(Workers), Workers, "must be at least 0");
        Require(StateFolder is null || StateFolder.Length > 0, nameof(StateFolder), StateFolder, "must name a folder");
        Require(StateInterval >= 1, nameof(StateInterval), StateInterval, "must be at least 1");
        Require(PauseAfter is null || (PauseAfter >= 1 && PauseAfter <= Epochs), nameof(PauseAfter), PauseAfter, $"must be from 1 to {nameof(Epochs)}, {Epochs}");
        Require(!Resume || StateFolder is not null, nameof(Resume), Resume, $"needs {nameof(StateFolder)}");
        ArgumentNullException.ThrowIfNull(Augmentation);
        Augmentation.Validate();
        Require(RepeatedAugmentation.Repeats >= 1, nameof(RepeatedAugmentation), RepeatedAugmentation.Repeats, "must be at least 1");
        Require(Mixing is null || Task == TrainingTask.Classification, nameof(Mixing), Mixing, "is for classification only");
        Mixing?.Validate();
        Distillation?.Validate();
        Require(Distillation is not { FollowsClasses: true } || Task == TrainingTask.Classification, nameof(Distillation), Distillation?.Kind, "follows classes, which regression has none of");
    }

    private static void Require(bool holds, string name, object? value, string rule)
    {
        if (!holds) throw new ArgumentException($"{name} {rule}; it is {value}.", name);
    }
}
