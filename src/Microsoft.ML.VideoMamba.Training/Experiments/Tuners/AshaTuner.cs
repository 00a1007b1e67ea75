namespace Microsoft.ML.VideoMamba.Training.Experiments.Tuners;

/// <summary>
/// Asynchronous successive halving: trials are begun at random and trained to the lowest rung; whenever a trial is among the best third of its rung it goes on to the
/// next one, without waiting for the rung to fill. Most epochs go to the trials that deserve them.
/// </summary>
/// <remarks>Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht, Talwalkar, "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, algorithm 2.</remarks>
/// <param name="points">Where the trials lie.</param>
/// <param name="rungs">Where trials are compared.</param>
internal sealed class AshaTuner(FreshPoints points, Rungs rungs) : ITuner
{
    private readonly IReadOnlyList<int> _rungs = rungs.Epochs;
    private readonly List<Trial> _trials = [];

    public TrialStep? Next(bool canBegin)
    {
        for (int rung = _rungs.Count - 2; rung >= 0; rung--)
        {
            if (Promotable(rung) is { } promoted) return new TrialStep(promoted.Number, promoted.Point, _rungs[rung + 1]);
        }

        if (!canBegin || points.Draw() is not { } point) return null;
        _trials.Add(new Trial(_trials.Count + 1, point, _rungs.Count));
        return new TrialStep(_trials.Count, point, _rungs[0]);
    }

    public void EpochDone(int trial, int epoch, TrialScore score) => _trials[trial - 1].Last = score;

    public void StepDone(int trial, bool failed)
    {
        var one = _trials[trial - 1];
        if (failed) one.Failed = true;
        else one.Scores[one.Done++] = one.Last;
    }

    public bool IsOver(int trial) => _trials[trial - 1] is { Failed: true } || _trials[trial - 1].Done == _rungs.Count;

    /// <summary>The best trial of a rung that has not gone on though it is among the best third there; null if there is none.</summary>
    private Trial? Promotable(int rung)
    {
        var there = _trials.Where(trial => trial.Done > rung).ToList();
        return there.OrderByDescending(trial => trial.Scores[rung]).Take(there.Count / Rungs.Reduction).FirstOrDefault(trial => trial.Done == rung + 1 && !trial.Failed);
    }

    private sealed class Trial(int number, IReadOnlyList<double> point, int rungs)
    {
        public int Number { get; } = number;

        public IReadOnlyList<double> Point { get; } = point;

        /// <summary>Rungs reached.</summary>
        public int Done { get; set; }

        /// <summary>The score at each rung that was reached.</summary>
        public TrialScore[] Scores { get; } = new TrialScore[rungs];

        public TrialScore Last { get; set; }

        public bool Failed { get; set; }
    }
}
