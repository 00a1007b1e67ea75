using System.Diagnostics;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.VideoMamba.Trainers;

/// <summary>Tells how far the reading of a data view is: now and then in the log, and whenever ML.NET asks.</summary>
internal sealed class ReadingProgress : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);
    private static readonly ProgressHeader s_header = new(["Rows per second"], ["rows"]);

    private readonly IChannel _channel;
    private readonly IProgressChannel _progress;
    private readonly string _role;
    private readonly long? _rows;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _next = s_interval;
    private long _read;

    /// <param name="host">Gets the messages.</param>
    /// <param name="channel">Gets the lines of the log.</param>
    /// <param name="role">What is read: Training or Validation.</param>
    /// <param name="rows">How many rows there are, if that is known.</param>
    public ReadingProgress(IHost host, IChannel channel, string role, long? rows)
    {
        (_channel, _role, _rows) = (channel, role, rows);
        _progress = host.StartProgressChannel($"Reading clips: {role}");
        _progress.SetHeader(s_header, Fill);
    }

    private double Rate => _read / _clock.Elapsed.TotalSeconds;

    /// <summary>Counts a row.</summary>
    public void RowDone()
    {
        _read++;
        if (_clock.Elapsed < _next) return;
        _next = _clock.Elapsed + s_interval;
        if (_rows is { } rows && rows >= _read)
        {
            _channel.Info(MessageSensitivity.None, "{0} set: {1} of {2} rows read, {3:0.0} rows/s, {4:hh\\:mm\\:ss} left.", _role, _read, rows, Rate, TimeSpan.FromSeconds((rows - _read) / Rate));
        }
        else
        {
            _channel.Info(MessageSensitivity.None, "{0} set: {1} rows read, {2:0.0} rows/s.", _role, _read, Rate);
        }
    }

    public void Dispose() => _progress.Dispose();

    private void Fill(IProgressEntry entry)
    {
        entry.SetMetric(0, Rate);
        if (_rows is { } rows) entry.SetProgress(0, _read, rows);
        else entry.SetProgress(0, _read);
    }
}
