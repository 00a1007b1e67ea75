using System.Text;
using Spectre.Console;

namespace Microsoft.ML.VideoMamba.Cli;

/// <summary>The tool's streams: results on <see cref="Out"/>, logs and progress on <see cref="Error"/>, paths from <see cref="In"/>.</summary>
internal sealed class ToolConsole(TextReader input, TextWriter output, TextWriter error, bool showsProgress)
{
    public TextReader In { get; } = input;

    public TextWriter Out { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>Whether a person watches <see cref="Error"/>: only then does it get a live progress bar.</summary>
    public bool ShowsProgress { get; } = showsProgress;

    /// <summary>Spectre's console over <see cref="Error"/>, for bars and tables that are not results.</summary>
    public IAnsiConsole Ansi { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });

    public static ToolConsole OfProcess()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var output = new StreamWriter(Console.OpenStandardOutput(), utf8) { AutoFlush = true, NewLine = "\n" };
        return new ToolConsole(new StreamReader(Console.OpenStandardInput(), utf8), output, Console.Error, !Console.IsErrorRedirected);
    }

    public void Warn(string message) => Error.WriteLine($"videomamba: {message}");
}
