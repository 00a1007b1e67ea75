using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.VideoMamba.Training.Augmentation;

/// <summary>Draws some of the <see cref="FrameOperation"/>s for a clip: the same for each of its frames, so that motion stays motion.</summary>
public abstract partial record FramePolicy
{
    /// <summary>Reads a policy as the original's scripts write it.</summary>
    /// <param name="text">
    /// <c>rand-m7-n4-mstd0.5-inc1</c> for RandAugment (in any order, each part may be left out: m magnitude, n operations, mstd deviation of the magnitude, inc for
    /// operations that grow stronger with it, w0 for weighted choice), <c>v0</c> or <c>v0-mstd0.5</c> for AutoAugment, or <c>3-augment</c>.
    /// </param>
    /// <exception cref="FormatException">The text is none of them; the message says which part is wrong.</exception>
    public static FramePolicy Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (ThreeAugment.IsNamed(text)) return new ThreeAugment();
        string[] parts = text.Split('-');
        var settings = parts.Skip(1).Select(part => Setting(text, part)).ToList();
        return parts[0] switch
        {
            "rand" => RandAugment.Of(text, settings),
            "v0" => AutoAugment.Of(text, settings),
            _ => throw new FormatException($"'{text}' is no augmentation policy: write rand-m7-n4-mstd0.5-inc1, v0 or 3-augment."),
        };
    }

    /// <summary>Whether colour jitter follows, which is otherwise only where there is no policy.</summary>
    internal virtual bool LeavesJitter => false;

    /// <summary>The operations for one clip, in the order in which they are applied.</summary>
    /// <param name="random">Makes all draws.</param>
    /// <param name="translation">Pixels that absolute translations move by at the highest level.</param>
    internal abstract IReadOnlyList<DrawnOperation> Draw(Random random, double translation);

    /// <summary>Decides whether an operation happens, how strongly and in which direction.</summary>
    private protected static DrawnOperation? Draw(FrameOperation operation, double probability, double magnitude, double deviation, double translation, Random random)
    {
        bool happens = random.NextDouble() <= probability, negate = random.NextDouble() > 0.5;
        if (deviation > 0) magnitude += deviation * NormalNoise.Draw(random);
        if (!happens) return null;
        return new DrawnOperation(operation, OperationLevel.Argument(operation, Math.Clamp(magnitude, 0, OperationLevel.Max), negate, translation));
    }

    private protected static double Number(string text, string name, string value, double least, double most, bool whole)
    {
        var style = whole ? NumberStyles.None : NumberStyles.AllowDecimalPoint;
        if (double.TryParse(value, style, CultureInfo.InvariantCulture, out double number) && number >= least && number <= most) return number;
        string range = double.IsPositiveInfinity(most) ? $"at least {least}" : $"from {least} to {most}";
        throw new FormatException($"'{text}': {name} must be a {(whole ? "whole " : "")}number {range}; it is '{value}'.");
    }

    private protected static FormatException Unknown(string text, string name, string known) => new($"'{text}': '{name}' is not known; there are {known}.");

    private static (string Name, string Value) Setting(string text, string part)
    {
        var match = SettingPattern().Match(part);
        return match.Success ? (match.Groups[1].Value, match.Groups[2].Value) : throw new FormatException($"'{text}': '{part}' is no name with a number, such as m7.");
    }

    [GeneratedRegex(@"^([a-z]+)([0-9][0-9.]*)$")]
    private static partial Regex SettingPattern();
}
