namespace Microsoft.ML.VideoMamba.Training.Experiments.Tuners;

/// <summary>
/// The epochs at which trials are compared: the last one, a third of it, a ninth …, down to twice the warm-up, before which rates have hardly told, and to the second.
/// </summary>
internal sealed class Rungs
{
    /// <summary>By how much the trials of a rung are thinned out, eta in the paper.</summary>
    public const int Reduction = 3;

    private const int LeastEpochs = 2, LeastWarmups = 2;

    /// <param name="epochs">All epochs of a trial, at least 1.</param>
    /// <param name="warmup">Epochs of the warm-up.</param>
    public Rungs(int epochs, double warmup)
    {
        double least = Math.Max(LeastEpochs, LeastWarmups * warmup);
        var levels = new Stack<int>();
        for (int level = epochs; levels.Count == 0 || level >= least; level /= Reduction) levels.Push(level);
        Epochs = [.. levels];
    }

    /// <summary>The epochs, from the lowest rung up.</summary>
    public IReadOnlyList<int> Epochs { get; }
}
