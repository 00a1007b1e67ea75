namespace Microsoft.ML.VideoMamba.Training.Schedules;

/// <summary>
/// The image recipes' schedule, a value for each epoch. Its cosine counts the warm-up epochs: the value jumps down where the warm-up ends, and from
/// scratch an epoch trains with the value of the one before (<see cref="TrainingRate"/>).
/// </summary>
/// <remarks>timm 0.4.12's CosineLRScheduler as image_sm/main.py builds and steps it.</remarks>
public sealed class EpochCosine : ISchedule
{
    private readonly double _base, _final, _start;
    private readonly int _epochs, _warmup;

    /// <summary>A schedule over a number of epochs.</summary>
    /// <param name="baseValue">The cosine's height.</param>
    /// <param name="finalValue">The value that it falls to.</param>
    /// <param name="epochs">All epochs, at least 1.</param>
    /// <param name="warmupEpochs">Epochs of the warm-up, at least 0.</param>
    /// <param name="startValue">The value of the first warm-up epoch.</param>
    public EpochCosine(double baseValue, double finalValue, int epochs, int warmupEpochs, double startValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(warmupEpochs);
        (_base, _final, _start, _epochs, _warmup) = (baseValue, finalValue, startValue, epochs, warmupEpochs);
    }

    /// <inheritdoc/>
    public double At(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (step < _warmup) return _start + step * (_base - _start) / _warmup;
        return step < _epochs ? _final + (_base - _final) * (1 + Math.Cos(Math.PI * step / _epochs)) / 2 : _final;
    }

    /// <summary>What an uninterrupted run trains an epoch with: the original steps its scheduler with the epoch just finished.</summary>
    /// <param name="epoch">From 0.</param>
    public double TrainingRate(int epoch) => epoch == 0 ? (_warmup > 0 ? _start : _base) : At(epoch - 1);
}
