using Microsoft.ML.VideoMamba.Training.Clips;

namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>What a trial learns from, and what it is judged by. All trials share the sets, and so whatever clips these keep.</summary>
/// <param name="Training">To learn from.</param>
/// <param name="Validation">To be judged by.</param>
public sealed record ExperimentFold(ITrainingSet Training, ITrainingSet Validation)
{
    /// <summary>Holds out a part of each class.</summary>
    /// <param name="clips">The clips.</param>
    /// <param name="task">What their labels are.</param>
    /// <param name="fraction">In (0, 1).</param>
    /// <param name="seed">The same seed gives the same split.</param>
    /// <exception cref="ArgumentException">No clip can be held out: every class has one only.</exception>
    public static ExperimentFold HoldOut(ITrainingSet clips, TrainingTask task, double fraction, int seed)
    {
        ArgumentNullException.ThrowIfNull(clips);
        var (training, held) = ClipSplit.Stratified(Labels(clips), task, fraction, seed);
        return held.Count > 0 ? Of(clips, training, held) : throw new ArgumentException("No clip can be held out to judge trials by: every class has a single one. Add clips, or a validation set.", nameof(clips));
    }

    /// <summary>Splits the clips so that each is held out once.</summary>
    /// <param name="clips">The clips.</param>
    /// <param name="task">What their labels are.</param>
    /// <param name="count">Folds, at least 2 and at most as many as there are clips.</param>
    /// <param name="seed">The same seed gives the same folds.</param>
    public static IReadOnlyList<ExperimentFold> Split(ITrainingSet clips, TrainingTask task, int count, int seed)
    {
        ArgumentNullException.ThrowIfNull(clips);
        var folds = ClipSplit.Folds(Labels(clips), task, count, seed);
        return [.. folds.Select(held => Of(clips, [.. Enumerable.Range(0, clips.Count).Except(held)], held))];
    }

    private static ExperimentFold Of(ITrainingSet clips, IReadOnlyList<int> training, IReadOnlyList<int> held) => new(new ClipSubset(clips, training), new ClipSubset(clips, held));

    private static IReadOnlyList<TrainingLabel> Labels(ITrainingSet clips) => [.. Enumerable.Range(0, clips.Count).Select(clips.LabelOf)];
}
