using System.CommandLine;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary>Options that several verbs share.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line on standard output." };
}
