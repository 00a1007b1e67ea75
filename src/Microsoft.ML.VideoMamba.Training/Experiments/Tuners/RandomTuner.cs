namespace Microsoft.ML.VideoMamba.Training.Experiments.Tuners;

/// <summary>Random search: every trial is drawn by itself and trained to its end.</summary>
/// <remarks>Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13, 2012.</remarks>
/// <param name="points">Where the trials lie.</param>
/// <param name="epochs">Epochs of a trial.</param>
internal sealed class RandomTuner(FreshPoints points, int epochs) : ITuner
{
    private int _begun, _over;

    public TrialStep? Next(bool canBegin) => canBegin && points.Draw() is { } point ? new TrialStep(++_begun, point, epochs) : null;

    public void EpochDone(int trial, int epoch, TrialScore score)
    {
    }

    public void StepDone(int trial, bool failed) => _over = trial;

    public bool IsOver(int trial) => trial <= _over;
}
