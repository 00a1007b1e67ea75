using System.Diagnostics;

namespace Microsoft.ML.VideoMamba.Training.Telemetry;

/// <summary>
/// Tells the time that is left. The pace is that of the steps since the epoch before began, validations between them included: a first epoch that decodes, or one
/// that was slow for another reason, is forgotten.
/// </summary>
internal sealed class Pace(int steps)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private (TimeSpan Time, int Step)? _previous, _current;

    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>An epoch begins, with so many steps done before it.</summary>
    public void BeginEpoch(int step) => (_previous, _current) = (_current, (_clock.Elapsed, step));

    /// <summary>Time left after a step.</summary>
    public TimeSpan Remaining(int step)
    {
        var (time, first) = _previous ?? _current!.Value;
        return step > first ? (_clock.Elapsed - time) / (step - first) * (steps - step) : TimeSpan.Zero;
    }
}
