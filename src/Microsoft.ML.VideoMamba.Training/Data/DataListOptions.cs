namespace Microsoft.ML.VideoMamba.Training.Data;

/// <summary>How a list is read.</summary>
public sealed record DataListOptions
{
    /// <summary>The columns where there is no header.</summary>
    public ListFormat Format { get; init; }

    /// <summary>
    /// What stands between columns: a comma, tab, semicolon or space. Null to see it in the first line: the first of these that is there. The original's
    /// <c>split</c>.
    /// </summary>
    public char? Separator { get; init; }

    /// <summary>
    /// Folder that the paths are in. Null for the list's own folder, or the working folder if the first relative path is there and not in the list's.
    /// Paths from the root are taken as they are.
    /// </summary>
    public string? Prefix { get; init; }
}
