namespace Microsoft.ML.VideoMamba.Cli.Outputs;

/// <summary>Writes a row for each input as it is done: an object a line for machines, text for people. A failed input costs its row, not the run.</summary>
internal sealed class RowReport(ToolConsole console, bool json)
{
    private int _succeeded;

    /// <summary>Success if any row succeeded.</summary>
    public int ExitCode => _succeeded > 0 ? Cli.ExitCode.Success : Cli.ExitCode.Failure;

    /// <summary>Counts a success whose row goes elsewhere, such as into a file.</summary>
    public void Success() => _succeeded++;

    /// <summary>Writes a row.</summary>
    /// <param name="row">An object whose members carry the names of the contract.</param>
    /// <param name="text">The same for people.</param>
    public void Success<T>(T row, string text)
    {
        Success();
        console.Out.WriteLine(json ? JsonLines.Line(row) : text);
    }

    /// <summary>Writes the row of an input that failed, and says so on the error stream.</summary>
    /// <param name="path">The input.</param>
    /// <param name="reason">Why, with or without the input's name.</param>
    public void Failure(string path, string reason)
    {
        string message = reason.Contains(path, StringComparison.Ordinal) ? reason : $"{path}: {reason}";
        console.Out.WriteLine(json ? JsonLines.Line(new { path, error = message }) : $"{path}: failed");
        console.Warn(message);
    }
}
