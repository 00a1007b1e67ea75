using System.Diagnostics;
using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Samples.Tests;

/// <summary>Runs a sample as a user does: a process of its own.</summary>
internal static class SampleProgram
{
    public static (int ExitCode, string Output, string Error) Run(string sample, params string[] arguments)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string program = Path.Combine(RepositoryPaths.Root, "samples", sample, "bin", configuration, "net10.0", $"{sample}.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
