namespace Microsoft.ML.VideoMamba.Training.Experiments.Runs;

/// <summary>How a trial's epochs went, in each fold; an epoch counts when every fold has it.</summary>
/// <param name="folds">How many there are.</param>
/// <param name="metric">What trials are judged by.</param>
internal sealed class TrialCourse(int folds, ExperimentMetric metric)
{
    private readonly Dictionary<int, EpochMetrics>[] _epochs = [.. Enumerable.Range(0, folds).Select(_ => new Dictionary<int, EpochMetrics>())];
    private readonly List<(double Metric, double Loss)> _kept = [];

    /// <summary>Epochs that every fold has.</summary>
    public int Epochs { get; private set; }

    /// <summary>The metric of the weights that are kept behind each epoch, the mean over the folds.</summary>
    public IReadOnlyList<double> Metrics => [.. _kept.Select(kept => kept.Metric)];

    /// <summary>The metric and the loss of the weights that are kept now, or null.</summary>
    public (double Metric, double Loss)? Kept => _kept.Count == 0 ? null : _kept[^1];

    /// <summary>The kept weights as a score.</summary>
    public TrialScore Score => ExperimentMetrics.Score(metric, _kept[^1].Metric, _kept[^1].Loss);

    /// <summary>Seconds of the last epoch, all folds together.</summary>
    public double SecondsOfEpoch => Epochs == 0 ? 0 : _epochs.Sum(fold => fold[Epochs].Seconds);

    /// <summary>Takes an epoch of a fold, if it is not there.</summary>
    public void Add(int fold, EpochMetrics epoch) => _epochs[fold].TryAdd(epoch.Epoch, epoch);

    /// <summary>Counts the next epoch if every fold has it.</summary>
    /// <returns>The epoch, fold by fold; null if a fold lacks it.</returns>
    public IReadOnlyList<EpochMetrics>? Advance()
    {
        if (!_epochs.All(fold => fold.ContainsKey(Epochs + 1))) return null;
        Epochs++;
        var kept = _epochs.Select(KeptOf).ToList();
        _kept.Add((kept.Average(epoch => ExperimentMetrics.Of(metric, epoch)), kept.Average(epoch => epoch.ValidationLoss!.Value)));
        return [.. _epochs.Select(fold => fold[Epochs])];
    }

    private EpochMetrics KeptOf(Dictionary<int, EpochMetrics> fold)
    {
        var kept = fold[1];
        for (int epoch = 2; epoch <= Epochs; epoch++)
        {
            if (fold[epoch].IsBetterThan(kept, metric)) kept = fold[epoch];
        }

        return kept;
    }
}
