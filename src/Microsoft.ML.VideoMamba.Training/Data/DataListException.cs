namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>A list of videos cannot be used. The message names the file, the line and the reason.</summary>
public sealed class DataListException : IOException
{
    /// <summary>The error of a whole list.</summary>
    /// <param name="path">The list.</param>
    /// <param name="reason">Why it cannot be used.</param>
    public DataListException(string path, string reason)
        : base($"{path}: {reason}") => (Path, Lines) = (path, []);

    /// <summary>The errors of some lines.</summary>
    /// <param name="path">The list.</param>
    /// <param name="lines">Each wrong line's number, from 1, or 0 where there are no lines, and reason; at least one.</param>
    public DataListException(string path, IReadOnlyList<(int Line, string Reason)> lines)
        : base(Describe(path, lines)) => (Path, Lines) = (path, lines);

    /// <summary>The list.</summary>
    public string Path { get; }

    /// <summary>Each wrong line's number and what is wrong with it; empty where the whole list is.</summary>
    public IReadOnlyList<(int Line, string Reason)> Lines { get; }

    private static string Describe(string path, IReadOnlyList<(int Line, string Reason)> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        string more = (lines.Count, lines[^1].Line) switch
        {
            (1, _) => "",
            (_, 0) => $" ({lines.Count - 1} more are wrong)",
            (2, _) => $" (line {lines[1].Line} is wrong too)",
            _ => $" ({lines.Count - 1} more lines are wrong, the next is line {lines[1].Line})",
        };
        return $"{path}{(lines[0].Line > 0 ? $", line {lines[0].Line}" : "")}: {lines[0].Reason}{more}";
    }
}
