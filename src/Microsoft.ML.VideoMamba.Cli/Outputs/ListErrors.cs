using Microsoft.ML.VideoMamba.Training.Data;

namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>Says what is wrong with a list of videos: a line each, but not thousands.</summary>
internal static class ListErrors
{
    private const int MostTold = 10;

    public static void Tell(DataListException error, ToolConsole console)
    {
        if (error.Lines.Count == 0) console.Warn(error.Message);
        // Rows of a folder have no lines, and often the same fault.
        var faults = error.Lines.Select(line => $"{error.Path}{(line.Line > 0 ? $", line {line.Line}" : "")}: {line.Reason}").Distinct().ToList();
        foreach (string fault in faults.Take(MostTold)) console.Warn(fault);
        if (faults.Count > MostTold) console.Warn($"{error.Path}: and {faults.Count - MostTold} more.");
    }
}
