using System.Diagnostics;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

/// <summary>The tool as a process of its own, which tests can kill; on one thread, so that sums have one order.</summary>
internal static class ToolProcess
{
    public static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "videomamba.dll"), .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["OMP_NUM_THREADS"] = "1";
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>Runs the tool to its end.</summary>
    /// <returns>Its exit code.</returns>
    public static int Run(string[] arguments)
    {
        using var process = Start(arguments);
        process.WaitForExit();
        return process.ExitCode;
    }
}
