namespace Microsoft.ML.VideoMamba.Training.Schedules;

/// <summary>A value that changes while a model is trained: a learning rate, a weight decay, or a factor of one.</summary>
public interface ISchedule
{
    /// <summary>The value at a step.</summary>
    /// <param name="step">Steps (or epochs, where the schedule counts those) done before, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    double At(int step);
}
