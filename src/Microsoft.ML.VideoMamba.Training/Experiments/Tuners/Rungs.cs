namespace Microsoft.ML.VideoMamba.Training.Experiments.Tuners;

/// <summary>The epochs at which trials are compared: the last one, a third of it, a ninth …, as long as there are two.</summary>
internal sealed class Rungs
{
    /// <summary>By how much the trials of a rung are thinned out, eta in the paper.</summary>
    public const int Reduction = 3;

    private const int Least = 2;

    /// <param name="epochs">All epochs of a trial, at least 1.</param>
    public Rungs(int epochs)
    {
        var levels = new Stack<int>();
        for (int level = epochs; levels.Count == 0 || level >= Least; level /= Reduction) levels.Push(level);
        Epochs = [.. levels];
    }

    /// <summary>The epochs, from the lowest rung up.</summary>
    public IReadOnlyList<int> Epochs { get; }
}
