using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary>A time on the command line: <c>90s</c>, <c>10m</c>, <c>1h30m</c>; a number by itself is seconds, and behind a unit none.</summary>
internal static partial class Duration
{
    public static TimeSpan? Parse(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        var match = Form().Match(text);
        var time = match.Success ? TimeSpan.FromSeconds(3600L * Number(match, "h") + 60 * Number(match, "m") + Number(match, "s")) : TimeSpan.Zero;
        if (time > TimeSpan.Zero) return time;
        result.AddError($"'{text}' is no time: write 90s, 10m or 1h30m, each number with its unit.");
        return null;
    }

    private static long Number(Match match, string group) => match.Groups[group].Success ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^((?<h>\d{1,6})h)?((?<m>\d{1,6})m)?((?<s>\d{1,6})s)?$|^(?<s>\d{1,6})$")]
    private static partial Regex Form();
}
