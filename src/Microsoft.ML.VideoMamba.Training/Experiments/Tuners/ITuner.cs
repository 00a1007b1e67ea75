namespace Microsoft.ML.VideoMamba.Training.Experiments.Tuners;

/// <summary>
/// Decides what an experiment trains next. It is told how each epoch went, and asked again when a step is done. Told the same, it says the same: that is how an
/// experiment that was killed finds its place again.
/// </summary>
internal interface ITuner
{
    /// <summary>What to train next.</summary>
    /// <param name="canBegin">Whether another trial may begin; else only those that began may go on.</param>
    /// <returns>Null if nothing is left to do: no trial may begin, or every combination of values was tried.</returns>
    TrialStep? Next(bool canBegin);

    /// <summary>Hears of an epoch.</summary>
    /// <param name="trial">The trial, from 1.</param>
    /// <param name="epoch">Its epoch, from 1.</param>
    /// <param name="score">Of the trial's best epoch so far.</param>
    void EpochDone(int trial, int epoch, TrialScore score);

    /// <summary>Hears that a step ended: the epochs that were asked for are done, or the trial failed and cannot go on.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="failed">Whether it failed.</param>
    void StepDone(int trial, bool failed);

    /// <summary>Whether a trial will not be trained on, whatever comes.</summary>
    /// <param name="trial">The trial.</param>
    bool IsOver(int trial);
}
