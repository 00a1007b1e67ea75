using System.Text.Json;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

/// <summary>One run of the tool inside the test's process.</summary>
internal sealed record Tool(int ExitCode, string Out, string Error)
{
    public IReadOnlyList<JsonElement> Rows => [.. Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public static Task<Tool> RunAsync(params string[] args) => RunAsync("", args);

    public static async Task<Tool> RunAsync(string input, string[] args, CancellationToken cancellation = default)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        int exitCode = await VideoMambaTool.RunAsync(args, new ToolConsole(new StringReader(input), output, error, showsProgress: false), cancellation);
        return new Tool(exitCode, output.ToString(), error.ToString());
    }
}
