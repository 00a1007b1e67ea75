namespace Microsoft.ML.VideoMamba.Training.Schedules;

/// <summary>The video-text recipes' factor of the base rate: linear warm-up and half a cosine, never below a least factor, so the warm-up starts there.</summary>
/// <remarks>video_mm/utils/scheduler.py, get_cosine_schedule_with_warmup. Beyond the last step the cosine rises again, as the original's does.</remarks>
public sealed class CosineFactor : ISchedule
{
    private readonly double _least;
    private readonly int _steps, _warmup;

    /// <summary>A factor over a number of steps.</summary>
    /// <param name="steps">All steps, at least 1.</param>
    /// <param name="warmupSteps">Steps of the warm-up, at least 0.</param>
    /// <param name="leastFactor">The factor is never below this, in [0, 1].</param>
    public CosineFactor(int steps, int warmupSteps, double leastFactor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(warmupSteps);
        if (leastFactor is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(leastFactor), leastFactor, "Must be in [0, 1].");
        (_steps, _warmup, _least) = (steps, warmupSteps, leastFactor);
    }

    /// <inheritdoc/>
    public double At(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (step < _warmup) return Math.Max(_least, (double)step / Math.Max(1, _warmup));
        return Math.Max(_least, (1 + Math.Cos(Math.PI * (step - _warmup) / Math.Max(1, _steps - _warmup))) / 2);
    }
}
