using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary>Errors in the words of the command line: options by their names, instead of the properties that they set.</summary>
internal static partial class OptionWords
{
    /// <summary>Names that stand for nothing else in a sentence.</summary>
    private static readonly Dictionary<string, string> s_names = new()
    {
        ["AccumulationSteps"] = "--accumulate",
        ["AverageDecay"] = "--average",
        ["BalanceClasses"] = "--balance",
        ["BatchSize"] = "--batch",
        ["ClassWeights"] = "--balance",
        ["DropPath"] = "--drop-path",
        ["EarlyStoppingPatience"] = "--patience",
        ["LearningRate"] = "--lr",
        ["MaxTrials"] = "--trials",
        ["OnFailure"] = "--on-failure",
        ["PatchSize"] = "--patch",
        ["StateInterval"] = "--save-every",
        ["TeacherEpochs"] = "--teacher-epochs",
        ["ValidationFraction"] = "--validation-fraction",
        ["WeightDecay"] = "--weight-decay",
    };

    /// <summary>Names that are words as well: they are options where a message begins with them.</summary>
    private static readonly Dictionary<string, string> s_words = new()
    {
        ["Depth"] = "--depth",
        ["Epochs"] = "--epochs",
        ["Frames"] = "--frames",
        ["Height"] = "--size",
        ["Loss"] = "--loss",
        ["Temperature"] = "--temperature",
        ["Tubelet"] = "--tubelet",
        ["Weight"] = "--distill-weight",
        ["Width"] = "--size",
    };

    /// <summary>The message of an error that a value made.</summary>
    public static string Of(Exception error)
    {
        string message = error.Message.Split(" (Parameter '")[0].Replace("; it is True.", ".", StringComparison.Ordinal);
        message = Name().Replace(message, match => s_names.GetValueOrDefault(match.Value, match.Value));
        string first = message.Split(' ')[0];
        return s_words.TryGetValue(first, out string? option) ? option + message[first.Length..] : message;
    }

    /// <summary>The message of an option that could not be parsed.</summary>
    public static string Of(ParseError error)
    {
        var result = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        return result is { Tokens: [var token, ..] } && error.Message.StartsWith("Cannot parse argument", StringComparison.Ordinal)
            ? $"{result.Option.Name} must be {Kind(result.Option.ValueType)}; it is '{token.Value}'."
            : error.Message;
    }

    private static string Kind(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}" : type == typeof(int) ? "a whole number" : type == typeof(double) ? "a number" : $"a {type.Name}";
    }

    [GeneratedRegex(@"(?<![\w.-])[A-Z][a-z]+[A-Z]\w+(?![\w.])")]
    private static partial Regex Name();
}
