using Microsoft.Extensions.Logging;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.VideoMamba.Trainers;

/// <summary>What the engine logs, on a channel of ML.NET. Its plain news are traces here: the trainer tells epochs in its own words.</summary>
internal sealed class ChannelLogger(IChannel channel) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        string message = formatter(state, exception);
        if (logLevel >= LogLevel.Warning) channel.Warning(MessageSensitivity.UserData, message);
        else channel.Trace(MessageSensitivity.UserData, message);
    }
}
