using System.Diagnostics;

namespace Microsoft.ML.VideoMamba.Training.Experiments.Runs;

/// <summary>The time that an experiment has used, over all resumptions, and whether something still fits into its budget.</summary>
/// <param name="before">Seconds that were used before.</param>
/// <param name="budget">All that may be used, or null.</param>
internal sealed class ExperimentClock(double before, TimeSpan? budget)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public double Seconds => before + _clock.Elapsed.TotalSeconds;

    public bool Allows(double seconds) => budget is not { } all || Seconds + seconds <= all.TotalSeconds;
}
