using System.Diagnostics;

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>Runs programs.</summary>
internal static class Command
{
    /// <summary>Runs a program to its end, which must be a success.</summary>
    /// <returns>What it wrote to standard output.</returns>
    public static string Run(string folder, IReadOnlyDictionary<string, string> environment, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, $"{program} {string.Join(' ', arguments)}\n{output}\n{errors.GetAwaiter().GetResult()}");
        return output;
    }
}
