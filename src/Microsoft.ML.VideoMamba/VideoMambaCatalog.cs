using System.Runtime.CompilerServices;
using Microsoft.ML.VideoMamba.Interop;
using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Models.Checkpoints;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Experiments;

namespace Microsoft.ML.VideoMamba;

/// <summary>Adds this library's components to the catalogs of an <see cref="MLContext"/>.</summary>
public static class VideoMambaCatalog
{
    /// <summary>Reads clips of videos: frames spread over each whole video.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">Name of the column of clips that is made.</param>
    /// <param name="inputColumnName">
    /// Name of the column that is read: text (the path of a video, an image or a folder of frames), a vector of Byte (a video file's content) or an image
    /// (a clip of one frame). The output's name if null.
    /// </param>
    /// <param name="frames">Frames of a clip, at least 1.</param>
    public static VideoFrameLoader LoadVideoFrames(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, int frames = 8) =>
        new(MLNet.Environment(catalog), new() { OutputColumnName = outputColumnName, InputColumnName = inputColumnName ?? outputColumnName, Frames = frames });

    /// <summary>Reads clips of videos.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="options">What to read, and how.</param>
    [OverloadResolutionPriority(1)]
    public static VideoFrameLoader LoadVideoFrames(this TransformsCatalog catalog, VideoFrameLoader.Options options) => new(MLNet.Environment(catalog), options);

    /// <summary>Turns clips into vectors (3, T, H, W) of Single, normalised as the networks expect.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">Name of the column of vectors that is made.</param>
    /// <param name="inputColumnName">Name of the column of clips that is read; the output's name if null.</param>
    /// <param name="frames">Frames of a vector, T.</param>
    /// <param name="imageSize">Height and width of a frame in pixels, H and W.</param>
    public static VideoPixelExtractor ExtractVideoPixels(this TransformsCatalog catalog, string outputColumnName, string? inputColumnName = null, int frames = 8, int imageSize = 224) =>
        new(MLNet.Environment(catalog), new() { OutputColumnName = outputColumnName, InputColumnName = inputColumnName ?? outputColumnName, Frames = frames, ImageSize = imageSize });

    /// <summary>Turns clips into vectors (3, T, H, W) of Single, normalised as the networks expect.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="options">What to make, and of what.</param>
    [OverloadResolutionPriority(1)]
    public static VideoPixelExtractor ExtractVideoPixels(this TransformsCatalog catalog, VideoPixelExtractor.Options options) => new(MLNet.Environment(catalog), options);

    /// <summary>Turns clips into vectors that say what they show, with the network of a checkpoint.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">Name of the column of vectors that is made.</param>
    /// <param name="inputColumnName">Name of the column of clips, or of vectors (3, T, H, W) of Single.</param>
    /// <param name="checkpoint">A <c>.pth</c>, <c>.pt</c> or <c>.safetensors</c> file; frames and sizes are read off it.</param>
    /// <param name="pooling">Which features; a layer's are chosen by the options.</param>
    public static VideoMambaEmbedder VideoMambaEmbedding(
        this TransformsCatalog catalog, string outputColumnName, string inputColumnName, string checkpoint, PoolingKind pooling = PoolingKind.Cls) =>
        new(MLNet.Environment(catalog), new() { OutputColumnName = outputColumnName, InputColumnName = inputColumnName, Checkpoint = checkpoint, Pooling = pooling });

    /// <summary>Turns clips into vectors that say what they show, with the network of a trained model.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="outputColumnName">Name of the column of vectors that is made.</param>
    /// <param name="inputColumnName">Name of the column of clips, or of vectors (3, T, H, W) of Single.</param>
    /// <param name="model">A <see cref="VideoMambaTransformer"/>, or a chain that holds one (the last is taken). The network is shared.</param>
    /// <param name="pooling">Which features.</param>
    /// <param name="layer">The layer of <see cref="PoolingKind.Layer"/>, from 0.</param>
    public static VideoMambaEmbedder VideoMambaEmbedding(
        this TransformsCatalog catalog, string outputColumnName, string inputColumnName, ITransformer model, PoolingKind pooling = PoolingKind.Cls, int? layer = null) =>
        new(MLNet.Environment(catalog), new() { OutputColumnName = outputColumnName, InputColumnName = inputColumnName, Pooling = pooling, Layer = layer }, model);

    /// <summary>Turns clips into vectors that say what they show, with the network of a checkpoint.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="options">Which network and which features.</param>
    [OverloadResolutionPriority(1)]
    public static VideoMambaEmbedder VideoMambaEmbedding(this TransformsCatalog catalog, VideoMambaEmbedder.Options options) => new(MLNet.Environment(catalog), options);

    /// <summary>Scores clips with the network of a published checkpoint, without training.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="checkpoint">A <c>.pth</c>, <c>.pt</c> or <c>.safetensors</c> file; frames, sizes and classes are read off it.</param>
    /// <param name="labels">A name for each class, in their order; null for those in the file, if it has any.</param>
    /// <param name="inputColumnName">Name of the column of clips, or of vectors (3, T, H, W) of Single.</param>
    /// <param name="scoreColumnName">Name of the column of probabilities that is made.</param>
    /// <param name="predictedLabelColumnName">Name of the column of the most probable class that is made.</param>
    public static VideoMambaClassifier ClassifyVideo(
        this TransformsCatalog catalog,
        string checkpoint,
        IReadOnlyList<string>? labels = null,
        string inputColumnName = "Video",
        string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel") =>
        new(
            MLNet.Environment(catalog),
            new() { Checkpoint = checkpoint, InputColumnName = inputColumnName, ScoreColumnName = scoreColumnName, PredictedLabelColumnName = predictedLabelColumnName },
            labels);

    /// <summary>Scores clips with the network of a published checkpoint, without training.</summary>
    /// <param name="catalog">The transforms' catalog.</param>
    /// <param name="options">Which network.</param>
    /// <param name="labels">A name for each class, in their order; null for those in the file, if it has any.</param>
    [OverloadResolutionPriority(1)]
    public static VideoMambaClassifier ClassifyVideo(this TransformsCatalog catalog, VideoMambaClassifier.Options options, IReadOnlyList<string>? labels = null) =>
        new(MLNet.Environment(catalog), options, labels);

    /// <summary>Trains a VideoMamba to tell classes of clips apart.</summary>
    /// <param name="catalog">The trainers' catalog.</param>
    /// <param name="labelColumnName">Name of the label column, a key of UInt32.</param>
    /// <param name="featureColumnName">Name of the column of clips, or of vectors (3, T, H, W) of Single.</param>
    /// <param name="architecture">Size of the network; null for the checkpoint's, without one tiny.</param>
    /// <param name="epochs">Passes over the training set, at least 1.</param>
    /// <param name="checkpoint">A <c>.pth</c>, <c>.pt</c> or <c>.safetensors</c> file to start from; null to start from random weights.</param>
    /// <param name="validationSet">Rows to choose the best epoch by; null to hold out a tenth of the training set.</param>
    public static VideoMambaTrainer VideoMamba(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Video",
        VideoMambaArchitecture? architecture = null,
        int epochs = 30,
        string? checkpoint = null,
        IDataView? validationSet = null) =>
        new(MLNet.Environment(catalog), TrainingTask.Classification, Simple(labelColumnName, featureColumnName, architecture, epochs, checkpoint), new(validationSet));

    /// <summary>Trains a VideoMamba to tell classes of clips apart.</summary>
    /// <param name="catalog">The trainers' catalog.</param>
    /// <param name="options">What is trained, and how.</param>
    /// <param name="validationSet">Rows to choose the best epoch by; null to hold out <see cref="VideoMambaTrainer.Options.ValidationFraction"/>.</param>
    /// <param name="metricsCallback">Called after each epoch.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancellation">Stops the training within a step; Fit then gives the best epoch so far.</param>
    [OverloadResolutionPriority(1)]
    public static VideoMambaTrainer VideoMamba(
        this MulticlassClassificationCatalog.MulticlassClassificationTrainers catalog,
        VideoMambaTrainer.Options options,
        IDataView? validationSet = null,
        Action<EpochMetrics>? metricsCallback = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default) =>
        new(MLNet.Environment(catalog), TrainingTask.Classification, options, new(validationSet, metricsCallback, progress, cancellation));

    /// <summary>Trains a VideoMamba to say a number of each clip.</summary>
    /// <param name="catalog">The trainers' catalog.</param>
    /// <param name="labelColumnName">Name of the label column, Single.</param>
    /// <inheritdoc cref="VideoMamba(MulticlassClassificationCatalog.MulticlassClassificationTrainers, string, string, VideoMambaArchitecture?, int, string?, IDataView?)"/>
#pragma warning disable CS1573 // The others are inherited.
    public static VideoMambaTrainer VideoMamba(
        this RegressionCatalog.RegressionTrainers catalog,
        string labelColumnName = "Label",
        string featureColumnName = "Video",
        VideoMambaArchitecture? architecture = null,
        int epochs = 30,
        string? checkpoint = null,
        IDataView? validationSet = null) =>
        new(MLNet.Environment(catalog), TrainingTask.Regression, Simple(labelColumnName, featureColumnName, architecture, epochs, checkpoint), new(validationSet));
#pragma warning restore CS1573

    /// <summary>Trains a VideoMamba to say a number of each clip.</summary>
    /// <inheritdoc cref="VideoMamba(MulticlassClassificationCatalog.MulticlassClassificationTrainers, VideoMambaTrainer.Options, IDataView?, Action{EpochMetrics}?, IProgress{TrainingProgress}?, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static VideoMambaTrainer VideoMamba(
        this RegressionCatalog.RegressionTrainers catalog,
        VideoMambaTrainer.Options options,
        IDataView? validationSet = null,
        Action<EpochMetrics>? metricsCallback = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default) =>
        new(MLNet.Environment(catalog), TrainingTask.Regression, options, new(validationSet, metricsCallback, progress, cancellation));

    /// <summary>Makes an experiment that finds how to tell classes of a user's own clips apart.</summary>
    /// <param name="catalog">The task's catalog.</param>
    /// <param name="settings">Time, trials, metric, what is searched and where everything is kept.</param>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    /// <exception cref="RecipeSpaceException">The search space does not fit the recipe.</exception>
    [OverloadResolutionPriority(1)]
    public static VideoMambaExperiment CreateVideoMambaExperiment(this MulticlassClassificationCatalog catalog, VideoMambaExperimentSettings settings) =>
        new(MLNet.Environment(catalog), TrainingTask.Classification, settings);

    /// <summary>Makes an experiment that finds how to tell classes of a user's own clips apart.</summary>
    /// <param name="catalog">The task's catalog.</param>
    /// <param name="maxExperimentTimeInSeconds">Seconds that all trials together may take.</param>
    public static VideoMambaExperiment CreateVideoMambaExperiment(this MulticlassClassificationCatalog catalog, uint maxExperimentTimeInSeconds) =>
        catalog.CreateVideoMambaExperiment(new VideoMambaExperimentSettings { MaxExperimentTimeInSeconds = maxExperimentTimeInSeconds });

    /// <summary>Makes an experiment that finds how to say a number of a user's own clips.</summary>
    /// <inheritdoc cref="CreateVideoMambaExperiment(MulticlassClassificationCatalog, VideoMambaExperimentSettings)"/>
    [OverloadResolutionPriority(1)]
    public static VideoMambaExperiment CreateVideoMambaExperiment(this RegressionCatalog catalog, VideoMambaExperimentSettings settings) =>
        new(MLNet.Environment(catalog), TrainingTask.Regression, settings);

    /// <summary>Makes an experiment that finds how to say a number of a user's own clips.</summary>
    /// <inheritdoc cref="CreateVideoMambaExperiment(MulticlassClassificationCatalog, uint)"/>
    public static VideoMambaExperiment CreateVideoMambaExperiment(this RegressionCatalog catalog, uint maxExperimentTimeInSeconds) =>
        catalog.CreateVideoMambaExperiment(new VideoMambaExperimentSettings { MaxExperimentTimeInSeconds = maxExperimentTimeInSeconds });

    /// <summary>
    /// Makes a model of a checkpoint that was trained elsewhere, such as the tool's <c>weights.safetensors</c>: <see cref="ModelOperationsCatalog.Save(ITransformer, DataViewSchema, string)"/>
    /// then writes it as a zip. A head of one output says a number, any other tells classes apart.
    /// </summary>
    /// <param name="context">The context.</param>
    /// <param name="checkpoint">A <c>.pth</c>, <c>.pt</c> or <c>.safetensors</c> file.</param>
    /// <param name="featureColumnName">Name of the column of clips, or of vectors (3, T, H, W) of Single, that it will score.</param>
    /// <param name="labels">A name for each class; null for those in the file, if it has any.</param>
    /// <exception cref="ArgumentException">The checkpoint has no head, or other than one class for each label.</exception>
    /// <exception cref="CheckpointException">The checkpoint cannot be read or is no VideoMamba.</exception>
    public static VideoMambaTransformer LoadVideoCheckpoint(this MLContext context, string checkpoint, string featureColumnName = "Video", IReadOnlyList<string>? labels = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentException.ThrowIfNullOrEmpty(featureColumnName);
        return VideoMambaTransformer.OfCheckpoint(context, checkpoint, featureColumnName, labels);
    }

    private static VideoMambaTrainer.Options Simple(string labelColumnName, string featureColumnName, VideoMambaArchitecture? architecture, int epochs, string? checkpoint) => new()
    {
        LabelColumnName = labelColumnName,
        FeatureColumnName = featureColumnName,
        Architecture = architecture,
        Epochs = epochs,
        Checkpoint = checkpoint,
    };
}
