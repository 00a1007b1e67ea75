using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>Which field of a line is which.</summary>
/// <param name="Path">Place of the path.</param>
/// <param name="Label">Place of the label.</param>
/// <param name="Frames">Place of the number of frames, if there is one.</param>
/// <param name="Duration">Place of the duration, if there is one.</param>
internal sealed record ListColumns(int Path, int Label, int? Frames = null, int? Duration = null)
{
    /// <summary>The columns that a header names, or null if the line is none.</summary>
    public static ListColumns? OfHeader(string[] fields)
    {
        int path = Find("path"), label = Find("label");
        return path >= 0 && label >= 0 ? new ListColumns(path, label, Maybe("total_frames"), Maybe("duration")) : null;

        int Find(string name) => Array.FindIndex(fields, field => field.Equals(name, StringComparison.OrdinalIgnoreCase));
        int? Maybe(string name) => Find(name) is >= 0 and var at ? at : null;
    }

    /// <summary>The columns of a list without a header.</summary>
    public static ListColumns Of(ListFormat format, int fields) => format switch
    {
        ListFormat.PathFramesLabel => new ListColumns(0, 2, Frames: 1),
        ListFormat.PathLabelDuration => new ListColumns(0, 1, Duration: 2),
        _ => new ListColumns(0, 1, Duration: fields == 3 ? 2 : null),
    };

    /// <summary>Reads a line.</summary>
    /// <param name="line">Its number.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="row">The row, if it is right.</param>
    /// <param name="reason">What is wrong with it, if it is not.</param>
    public bool TryRead(int line, string[] fields, [NotNullWhen(true)] out DataRow? row, [NotNullWhen(false)] out string? reason)
    {
        row = null;
        reason = null;
        int wanted = 1 + new[] { Path, Label, Frames ?? 0, Duration ?? 0 }.Max();
        int frames = 0;
        double duration = 0;
        if (fields.Length < wanted) reason = $"has {fields.Length} column{(fields.Length == 1 ? "" : "s")}, {wanted} are needed";
        else if (fields[Path].Length == 0) reason = "has no path";
        else if (fields[Label].Length == 0) reason = "has no label";
        else if (Frames is { } at && !(int.TryParse(fields[at], NumberStyles.None, CultureInfo.InvariantCulture, out frames) && frames > 0)) reason = $"total_frames must be a whole number above 0; it is '{fields[at]}'";
        else if (Duration is { } place && !(double.TryParse(fields[place], NumberStyles.Float, CultureInfo.InvariantCulture, out duration) && duration > 0 && double.IsFinite(duration))) reason = $"the duration must be a number of seconds above 0; it is '{fields[place]}'";
        else row = new DataRow(line, fields[Path], fields[Label]) { Frames = Frames is null ? null : frames, Duration = Duration is null ? null : duration };
        return row is not null;
    }
}
