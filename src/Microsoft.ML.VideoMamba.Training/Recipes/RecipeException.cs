namespace Microsoft.ML.VideoMamba.Training.Recipes;

/// <summary>A recipe file cannot be used. The message names the file, the line where there is one, the field and the reason.</summary>
/// <param name="path">The file.</param>
/// <param name="line">The line, from 1; null where the whole file is meant.</param>
/// <param name="reason">What is wrong.</param>
/// <param name="inner">What found it.</param>
public sealed class RecipeException(string path, int? line, string reason, Exception? inner = null)
    : IOException($"{path}{(line is null ? "" : $", line {line}")}: {reason}", inner)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <summary>The line, from 1, or null.</summary>
    public int? Line { get; } = line;

    /// <summary>What is wrong.</summary>
    public string Reason { get; } = reason;
}
