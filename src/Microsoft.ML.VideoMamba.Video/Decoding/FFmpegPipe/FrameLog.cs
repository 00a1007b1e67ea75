using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpegPipe;

/// <summary>What ffmpeg writes to its standard error: a line for each frame that it decodes, with its time, and its errors between them.</summary>
internal sealed partial class FrameLog : IDisposable
{
    private readonly BlockingCollection<(long Timestamp, bool Damaged)> _frames = [];
    private bool _damaged;

    public FrameLog(Process process)
    {
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>The first error; empty if there was none.</summary>
    public string FirstError { get; private set; } = "";

    /// <summary>Whether errors came behind the last frame. Good when all frames have been taken.</summary>
    public bool EndsDamaged => _damaged;

    /// <summary>The next frame's line, which comes before the frame itself.</summary>
    /// <returns>Its time in ticks of the stream's clock, null if unknown, and whether there was an error before it.</returns>
    public (long? Timestamp, bool Damaged) Next() =>
        _frames.TryTake(out var frame, Timeout.Infinite) ? (frame.Timestamp == long.MinValue ? null : frame.Timestamp, frame.Damaged) : (null, false);

    /// <summary>Waits for the last line.</summary>
    public void WaitForEnd()
    {
        while (!_frames.IsCompleted) _frames.TryTake(out _, Timeout.Infinite);
    }

    public void Dispose() => _frames.Dispose();

    private void Take(string? line)
    {
        if (line is null)
        {
            _frames.CompleteAdding();
        }
        else if (Frame().Match(line) is { Success: true } frame)
        {
            long time = long.TryParse(frame.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out long ticks) ? ticks : long.MinValue;
            _frames.Add((time, _damaged));
            _damaged = false;
        }
        else if (Error().Match(line) is { Success: true } error)
        {
            _damaged = true;
            if (FirstError.Length == 0) FirstError = error.Groups[1].Value;
        }
    }

    [GeneratedRegex(@"showinfo.*\] n: *\d+ pts: *(\S+) ")]
    private static partial Regex Frame();

    [GeneratedRegex(@"\[(?:error|fatal|panic)\] (.*)")]
    private static partial Regex Error();
}
