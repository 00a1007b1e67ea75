using System.CommandLine;
using Microsoft.ML.VideoMamba.Cli.Outputs;
using Microsoft.ML.VideoMamba.Cli.Verbs;
using Microsoft.ML.VideoMamba.Kernels.Runtime;
using Microsoft.ML.VideoMamba.Training.Data;

namespace Microsoft.ML.VideoMamba.Cli;

/// <summary>The tool's verbs, and what becomes of their errors.</summary>
internal static class VideoMambaTool
{
    /// <summary>Time that a verb has after Ctrl+C to save what it has.</summary>
    private static readonly TimeSpan s_terminationTimeout = TimeSpan.FromSeconds(30);

    public static RootCommand CreateRoot(ToolConsole console) => new("VideoMamba: score, embed, inspect and learn videos with state space models.\n\nExit codes: 0 something came of it; 1 nothing did (files, data, machine); 2 the command line has to be another; 130 stopped by Ctrl+C, what there was is saved.")
    {
        PredictVerb.Create(console),
        EmbedVerb.Create(console),
        ProbeVerb.Create(console),
        FramesVerb.Create(console),
        InfoVerb.Create(console),
        InspectVerb.Create(console),
        ConvertVerb.Create(console),
        BenchVerb.Create(console),
        TrainVerb.Create(console),
        DistillVerb.Create(console),
        ExperimentVerb.Create(console),
        EvaluateVerb.Create(console),
        RecipesVerb.Create(console),
        DataVerb.Create(console),
    };

    public static async Task<int> RunAsync(string[] args, ToolConsole console, CancellationToken cancellation = default)
    {
        // A name that begins with @ is a file's name here, not a file of arguments.
        var parsed = CreateRoot(console).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (string message in parsed.Errors.Select(OptionWords.Of).Distinct()) console.Warn(message);
            console.Error.WriteLine($"Try: {string.Join(' ', new[] { "videomamba", VerbOf(parsed) }.Where(part => part.Length > 0))} --help");
            return ExitCode.Usage;
        }

        var invocation = new InvocationConfiguration
        {
            Output = console.Out,
            Error = console.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = s_terminationTimeout,
        };
        return await ReportErrors(() => parsed.InvokeAsync(invocation, cancellation), console).ConfigureAwait(false);
    }

    private static string VerbOf(ParseResult parsed) => parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name;

    private static async Task<int> ReportErrors(Func<Task<int>> run, ToolConsole console)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            console.Warn("cancelled.");
            return ExitCode.Cancelled;
        }
        catch (UsageException e)
        {
            console.Warn(e.Message);
            return ExitCode.Usage;
        }
        catch (DataListException e)
        {
            ListErrors.Tell(e, console);
            return ExitCode.Failure;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TorchRuntimeException or DllNotFoundException or ArgumentException or InvalidDataException)
        {
            console.Warn(e is ArgumentException ? OptionWords.Of(e) : e.Message);
            return ExitCode.Failure;
        }
    }
}
