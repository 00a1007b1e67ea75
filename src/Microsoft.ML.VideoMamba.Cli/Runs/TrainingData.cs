using Microsoft.ML.VideoMamba.Models;
using Microsoft.ML.VideoMamba.Training;
using Microsoft.ML.VideoMamba.Training.Clips;
using Microsoft.ML.VideoMamba.Training.Data;

namespace Microsoft.ML.VideoMamba.Cli.Runs;

/// <summary>The videos of a training and what is said of them.</summary>
internal sealed class TrainingData
{
    private readonly DataList _training;
    private readonly DataList? _validation;
    private readonly IReadOnlyList<TrainingLabel> _trainingLabels;
    private readonly IReadOnlyList<TrainingLabel>? _validationLabels;

    private TrainingData(TrainingTask task, DataList training, DataList? validation, ClassNames? classes)
    {
        (Task, _training, _validation, Classes) = (task, training, validation, classes);
        _trainingLabels = LabelsOf(training);
        _validationLabels = validation is null ? null : LabelsOf(validation);
    }

    public TrainingTask Task { get; }

    /// <summary>The classes; null for regression.</summary>
    public ClassNames? Classes { get; }

    /// <summary>Outputs of the head.</summary>
    public int Outputs => Classes?.Count ?? 1;

    public int Count => _training.Rows.Count;

    /// <summary>Labels of what is learned from.</summary>
    public IReadOnlyList<TrainingLabel> Labels => _trainingLabels;

    /// <summary>Reads lists and labels; no video is opened.</summary>
    /// <param name="data">Folder or list to learn from; a folder may hold a validation set too.</param>
    /// <param name="validation">Folder or list to choose the best epoch by, or null.</param>
    /// <param name="task">What the labels are.</param>
    /// <param name="dataset">A public data set whose labels are numbers of classes, or null.</param>
    /// <param name="options">How lists are read.</param>
    /// <exception cref="DataListException">Something is wrong with a list; its lines are in the exception.</exception>
    /// <exception cref="InvalidDataException">There is one class only.</exception>
    public static TrainingData Read(string data, string? validation, TrainingTask task, string? dataset, DataListOptions options)
    {
        var splits = DataSplits.Read(data, options);
        var training = splits.Training ?? throw new DataListException(data, "holds no list or folder 'train' to learn from");
        var held = validation is null ? splits.Validation : DataList.Read(validation, options);
        if (task == TrainingTask.Regression) return new TrainingData(task, training, held, null);
        var classes = dataset is not null && training.IsNumbered ? ClassNames.Numbered(Dataset.Find(dataset).Classes) : ClassNames.Of(training);
        if (classes.Count < 2) throw new InvalidDataException($"{data}: all clips are of class '{classes.Names[0]}'; at least 2 classes are needed to tell apart.");
        return new TrainingData(task, training, held, classes);
    }

    /// <summary>Sets that are decoded once and kept, in memory and then on disk.</summary>
    public (ITrainingSet Training, ITrainingSet? Validation) Cached(VideoMambaConfig config, ClipCache cache)
    {
        // Twice the network's frames leave its draws a choice; a seventh more than its size leaves random crops some room, as 256 for 224 does.
        int frames = 2 * config.Frames, shortSide = (Math.Min(config.Height, config.Width) * 8 + 6) / 7;
        return (Set(_training, _trainingLabels), _validation is null ? null : Set(_validation, _validationLabels!));

        VideoFileClips Set(DataList list, IReadOnlyList<TrainingLabel> labels) =>
            new([.. list.Rows.Zip(labels, (row, label) => new LabeledFile(row.Path, label))], cache, frames, shortSide);
    }

    /// <summary>Sets of which each epoch decodes other frames, as the original does.</summary>
    public (ITrainingSet Training, ITrainingSet? Validation) Sampled(SamplingOptions sampling) =>
        (new SampledClips(_training, _trainingLabels, sampling), _validation is null ? null : new SampledClips(_validation, _validationLabels!, sampling));

    /// <summary>Classes with one clip, by name: they are learned from and never held out.</summary>
    public IReadOnlyList<string> Singles => Classes is null ? [] : [.. _trainingLabels.CountBy(label => label.ClassIndex).Where(count => count.Value == 1).Select(count => Classes.Names[count.Key])];

    private IReadOnlyList<TrainingLabel> LabelsOf(DataList list) => Task == TrainingTask.Regression ? RegressionTargets.Of(list) : Classes!.LabelsOf(list);
}
