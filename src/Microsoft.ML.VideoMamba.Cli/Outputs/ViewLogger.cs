using Microsoft.Extensions.Logging;

namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>The engine's warnings, shown as the tool's.</summary>
internal sealed class ViewLogger(TrainingView view) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) view.Warn(formatter(state, exception));
    }
}
