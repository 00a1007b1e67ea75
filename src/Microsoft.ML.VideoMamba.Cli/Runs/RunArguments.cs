using System.CommandLine;

namespace Microsoft.ML.VideoMamba.Cli.Runs;

/// <summary>What a user gave of a verb's options: what a run that goes on is started with again.</summary>
/// <param name="options">The options that count.</param>
/// <param name="isPath">Whether an option's value is a path; those are made full, so that the run may go on from elsewhere.</param>
internal sealed class RunArguments(IReadOnlyList<Option> options, Func<Option, string, bool> isPath)
{
    /// <summary>A word of a command line as a shell takes it.</summary>
    public static string Quoted(string text) => text.AsSpan().ContainsAny(' ', '"') ? $"\"{text.Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : text;

    /// <summary>What was given, by option.</summary>
    public IReadOnlyDictionary<string, string> Of(ParseResult parsed) => options
        .Where(option => parsed.GetResult(option) is { Implicit: false })
        .ToDictionary(option => option.Name, option => parsed.GetResult(option)!.Tokens is [var token] ? isPath(option, token.Value) ? Path.GetFullPath(token.Value) : token.Value : "true");

    /// <summary>The command line that a run was started with; what is given again must be the same, but for options that may change.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="folder">The run's folder.</param>
    /// <param name="parsed">What is given now.</param>
    /// <param name="own">The verb's other tokens.</param>
    /// <param name="free">Options that may be given anew.</param>
    /// <exception cref="UsageException">Another value is given, or none was started.</exception>
    public ParseResult Again(System.CommandLine.Command verb, RunFolder folder, ParseResult parsed, IEnumerable<string> own, params IReadOnlyList<Option> free)
    {
        var arguments = new Dictionary<string, string>(folder.ReadArguments(verb.Name));
        foreach (var (option, value) in Of(parsed))
        {
            if (!free.Any(one => one.Name == option) && arguments.GetValueOrDefault(option) != value) throw new UsageException($"{option} is {value} now, but the run was started {(arguments.TryGetValue(option, out string? old) ? $"with {old}" : "without it")}. Leave it out to go on, or start a new run.");
            arguments[option] = value;
        }

        string[] tokens = [.. arguments.SelectMany(argument => argument.Value == "true" ? [argument.Key] : new[] { argument.Key, argument.Value }), .. own];
        var again = verb.Parse(tokens, new ParserConfiguration { ResponseFileTokenReplacer = null });
        return again.Errors.Count == 0 ? again : throw new UsageException($"{folder.FullName} was started with options that this version does not take: {again.Errors[0].Message}");
    }
}
