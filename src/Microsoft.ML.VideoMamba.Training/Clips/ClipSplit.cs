namespace Microsoft.ML.VideoMamba.Training.Clips;

/// <summary>Splits a set into one to learn from and one to validate on.</summary>
public static class ClipSplit
{
    /// <summary>
    /// Draws a fraction of each class for validation, rounded, but at least one clip of a class of two or more, and never a class's only clip. Numbers of a
    /// regression count as one class.
    /// </summary>
    /// <param name="labels">The label of each clip.</param>
    /// <param name="task">Whether the labels are classes.</param>
    /// <param name="fraction">In (0, 1).</param>
    /// <param name="seed">The same seed gives the same split.</param>
    /// <returns>Indices of both parts, ascending.</returns>
    public static (IReadOnlyList<int> Training, IReadOnlyList<int> Validation) Stratified(IReadOnlyList<TrainingLabel> labels, TrainingTask task, double fraction, int seed)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (fraction is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "Must be in (0, 1).");
        var random = new Random(seed);
        var validation = new SortedSet<int>();
        foreach (var group in Enumerable.Range(0, labels.Count).GroupBy(index => task == TrainingTask.Classification ? labels[index].ClassIndex : 0).OrderBy(group => group.Key))
        {
            int[] members = [.. group];
            random.Shuffle(members);
            validation.UnionWith(members.Take(Share(members.Length, fraction)));
        }

        return ([.. Enumerable.Range(0, labels.Count).Where(index => !validation.Contains(index))], [.. validation]);
    }

    /// <summary>Splits a set into folds of which each holds its share of every class. Numbers of a regression count as one class.</summary>
    /// <param name="labels">The label of each clip.</param>
    /// <param name="task">Whether the labels are classes.</param>
    /// <param name="count">Folds, at least 2 and at most as many as there are clips.</param>
    /// <param name="seed">The same seed gives the same folds.</param>
    /// <returns>The clips of each fold, ascending.</returns>
    public static IReadOnlyList<IReadOnlyList<int>> Folds(IReadOnlyList<TrainingLabel> labels, TrainingTask task, int count, int seed)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (count < 2 || count > labels.Count) throw new ArgumentOutOfRangeException(nameof(count), count, $"Must be from 2 to the number of clips, {labels.Count}.");
        var random = new Random(seed);
        var folds = Enumerable.Range(0, count).Select(_ => new SortedSet<int>()).ToList();
        int next = 0;
        foreach (var group in Enumerable.Range(0, labels.Count).GroupBy(index => task == TrainingTask.Classification ? labels[index].ClassIndex : 0).OrderBy(group => group.Key))
        {
            int[] members = [.. group];
            random.Shuffle(members);
            foreach (int member in members) folds[next++ % count].Add(member);
        }

        return [.. folds.Select(fold => (IReadOnlyList<int>)[.. fold])];
    }

    private static int Share(int count, double fraction) =>
        count < 2 ? 0 : Math.Clamp((int)Math.Round(count * fraction, MidpointRounding.AwayFromZero), 1, count - 1);
}
