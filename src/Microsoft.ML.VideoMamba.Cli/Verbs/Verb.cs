namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary>A verb of the tool, with examples in its help.</summary>
/// <param name="name">The word that calls it.</param>
/// <param name="description">What it does, in a sentence.</param>
/// <param name="examples">Command lines without the tool's name.</param>
internal sealed class Verb(string name, string description, params string[] examples)
    : System.CommandLine.Command(name, $"{description}\n\nExamples:\n{string.Join('\n', examples.Select(example => $"  videomamba {example}"))}")
{
}
