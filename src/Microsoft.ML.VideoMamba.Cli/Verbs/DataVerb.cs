namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary><c>data</c>: looks at a training set before it is learned from.</summary>
internal static class DataVerb
{
    public static Verb Create(ToolConsole console) => new(
        "data",
        "Check a training set, or show what a model sees of it.",
        "data check clips",
        "data show clips --output sheet.png --recipe k400-tiny-f8")
    {
        DataCheckVerb.Create(console),
        DataShowVerb.Create(console),
    };
}
