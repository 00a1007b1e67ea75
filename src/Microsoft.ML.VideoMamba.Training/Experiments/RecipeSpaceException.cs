namespace Microsoft.ML.VideoMamba.Training.Experiments;

/// <summary>A search space cannot be used. The message names the file, the line and the field where there are such, and the reason.</summary>
/// <param name="path">The file, or null.</param>
/// <param name="line">The line, from 1, or null.</param>
/// <param name="reason">What is wrong.</param>
/// <param name="inner">What found it.</param>
public sealed class RecipeSpaceException(string? path, int? line, string reason, Exception? inner = null)
    : IOException($"{(path is null ? "search space" : path)}{(line is null ? "" : $", line {line}")}: {reason}", inner)
{
    /// <summary>The file, or null.</summary>
    public string? Path { get; } = path;

    /// <summary>The line, from 1, or null.</summary>
    public int? Line { get; } = line;

    /// <summary>What is wrong.</summary>
    public string Reason { get; } = reason;

    /// <summary>The parameter, or null.</summary>
    public string? Parameter { get; init; }
}
