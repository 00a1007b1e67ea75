using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Experiments;
using Microsoft.ML.VideoMamba.Training.Recipes;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba;

/// <summary>Settings of a <see cref="VideoMambaExperiment"/>, named as those of Microsoft.ML.AutoML's experiments are.</summary>
public sealed class VideoMambaExperimentSettings
{
    /// <summary>Seconds that all trials together may take, at least 1; kept within the length of one epoch. Ten minutes unless set; null for no bound, where <see cref="MaxModels"/> is one.</summary>
    public uint? MaxExperimentTimeInSeconds { get; set; } = 600;

    /// <summary>Most trials, at least 1; null for no bound.</summary>
    public int? MaxModels { get; set; }

    /// <summary>Ends the experiment within a step; it then gives the best so far.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>What makes one trial better than another; null for accuracy, or for numbers the squared error.</summary>
    public ExperimentMetric? OptimizingMetric { get; set; }

    /// <summary>
    /// Folder for the journal, the trials' models, <c>experiment.csv</c>, the best <c>model.zip</c> and its <c>recipe.json</c>; null for one in the context's temporary folder,
    /// which <see cref="VideoMambaExperimentResult.OutputDirectory"/> names, to be kept or deleted.
    /// </summary>
    public string? OutputDirectory { get; set; }

    /// <summary>Whether to go on with the experiment in <see cref="OutputDirectory"/>, if there is one. Without it, a folder that holds one is refused.</summary>
    public bool Resume { get; set; }

    /// <summary>What all trials start from; null for a network that a CPU trains in minutes (<see cref="SmallRecipe"/>).</summary>
    public Recipe? Recipe { get; set; }

    /// <summary>What trials may differ in; null for <see cref="DefaultRecipeSpace"/> around the recipe.</summary>
    public RecipeSpace? SearchSpace { get; set; }

    /// <summary>How trials are chosen.</summary>
    public TunerKind Tuner { get; set; }

    /// <summary>Seed of the trials' choice, the clips held out and each training; null for the context's, or 1.</summary>
    public int? Seed { get; set; }

    /// <summary>Part of the clips that is held out to judge trials by where no validation set and no folds are given, in (0, 1).</summary>
    public double ValidationFraction { get; set; } = 0.2;

    /// <summary>Whether rare classes count as much as common ones in the loss; not for regression.</summary>
    public bool BalanceClasses { get; set; }

    /// <summary>What happens when a clip cannot be read.</summary>
    public FailurePolicy OnFailure { get; set; } = FailurePolicy.Skip;

    /// <summary>Most clips of a batch, at least 1: a larger step is made of several batches.</summary>
    public int MaxBatchSize { get; set; } = 32;

    /// <summary>What networks compute in while they are trained.</summary>
    public TrainingPrecision Precision { get; set; }

    /// <summary>Where trials are trained, as in <see cref="VideoMambaTrainer.Options.Device"/>.</summary>
    public string? Device { get; set; }

    /// <summary>Threads that decode and augment; 0 for one a core, on a card one less: it queues the card's work.</summary>
    public int Workers { get; set; }

    /// <summary>Name of the label column of data views: a key for classification, Single for regression.</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>Name of the column of clips of data views.</summary>
    public string FeatureColumnName { get; set; } = "Video";

    /// <summary>Most bytes of decoded clips kept in memory for all trials, at least 0; null for a quarter of what the process may use.</summary>
    public long? CacheMemoryBytes { get; set; }

    /// <summary>Most bytes of decoded clips on disk, at least 0.</summary>
    public long CacheDiskBytes { get; set; } = 64L << 30;
}
