namespace Microsoft.ML.VideoMamba.Training.Schedules;

/// <summary>
/// Linear warm-up, then half a cosine, a value for each step: the video recipes' schedule of learning rates and weight decays. Both ends belong to the
/// warm-up, so the base value comes twice, in its last step and in the cosine's first.
/// </summary>
/// <remarks>video_sm/utils.py, cosine_scheduler.</remarks>
public sealed class StepCosine : ISchedule
{
    private readonly double _base, _final, _start;
    private readonly int _steps, _warmup;

    /// <summary>A schedule over a number of steps.</summary>
    /// <param name="baseValue">The value after the warm-up.</param>
    /// <param name="finalValue">The value that the cosine falls (or rises) to behind the last step.</param>
    /// <param name="steps">All steps, warm-up included, at least 1.</param>
    /// <param name="warmupSteps">Steps of the warm-up, 0 to <paramref name="steps"/>.</param>
    /// <param name="startValue">The value of the warm-up's first step.</param>
    public StepCosine(double baseValue, double finalValue, int steps, int warmupSteps = 0, double startValue = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(warmupSteps);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(warmupSteps, steps);
        (_base, _final, _start, _steps, _warmup) = (baseValue, finalValue, startValue, steps, warmupSteps);
    }

    /// <inheritdoc/>
    public double At(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (step < _warmup) return _warmup == 1 ? _start : _start + (_base - _start) * step / (_warmup - 1);
        if (step >= _steps) return _final;
        return _final + (_base - _final) * (1 + Math.Cos(Math.PI * (step - _warmup) / (_steps - _warmup))) / 2;
    }
}
