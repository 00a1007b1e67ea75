using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.ML.VideoMamba.Training.Telemetry;

namespace Microsoft.ML.VideoMamba.Experiments;

/// <summary>What trials log, passed on once each: the clips that one cannot read no other can.</summary>
/// <param name="inner">Gets it.</param>
internal sealed class ExperimentLogger(ILogger inner) : ILogger
{
    private readonly ConcurrentDictionary<string, int> _failures = new();

    /// <summary>Which clips could not be read, and why.</summary>
    public IReadOnlyList<string> Failures => [.. _failures.Keys.Order(StringComparer.Ordinal)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == TrainingEvents.ClipFailed && state is IEnumerable<KeyValuePair<string, object?>> values && values.FirstOrDefault(value => value.Key == "Reason").Value is string reason && !_failures.TryAdd(reason, 0)) return;
        inner.Log(logLevel, eventId, state, exception, formatter);
    }
}
