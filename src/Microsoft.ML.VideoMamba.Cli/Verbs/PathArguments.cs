using System.CommandLine;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary>The paths that most verbs take.</summary>
internal static class PathArguments
{
    /// <summary>Any number of files, folders, patterns, or - for standard input. An argument of many values would swallow unknown options: they are refused.</summary>
    public static Argument<string[]> Create(string description)
    {
        var argument = new Argument<string[]>("PATH") { Arity = ArgumentArity.OneOrMore, Description = description };
        argument.Validators.Add(result =>
        {
            foreach (string token in result.Tokens.Select(token => token.Value))
            {
                if (token.Length > 1 && token[0] == '-') result.AddError($"Unknown option '{token}'. (A file of that name is written ./{token}.)");
            }
        });
        return argument;
    }

    /// <summary>Refuses names that a verb's option cannot take, at parsing, with the allowed ones in the message.</summary>
    public static void OnlyAbove(this Option<int> option, int least) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value < least) result.AddError($"{option.Name} must be at least {least}; it is {value}.");
    });

    /// <inheritdoc cref="OnlyAbove(Option{int}, int)"/>
    public static void OnlyAbove(this Option<int?> option, int least) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int value) && value < least) result.AddError($"{option.Name} must be at least {least}; it is {value}.");
    });
}
