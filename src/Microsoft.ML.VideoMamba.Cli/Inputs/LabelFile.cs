namespace Microsoft.ML.VideoMamba.Cli.Inputs;

/// <summary>Names of classes, a line each.</summary>
internal static class LabelFile
{
    public static IReadOnlyList<string> Read(string file)
    {
        // A last line without a name is only the end of the one before.
        string[] lines = File.ReadAllText(file).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        int empty = Array.FindIndex(lines, string.IsNullOrWhiteSpace);
        return empty < 0 ? Array.ConvertAll(lines, line => line.Trim()) : throw new UsageException($"{file}: line {empty + 1} is empty: a name a line is wanted.");
    }
}
