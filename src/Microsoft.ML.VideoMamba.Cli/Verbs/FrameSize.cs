using System.CommandLine.Parsing;
using System.Globalization;

namespace Microsoft.ML.VideoMamba.Cli.Verbs;

/// <summary>A size on the command line: <c>224</c> for a square, <c>224x320</c> for height x width.</summary>
internal readonly record struct FrameSize(int Height, int Width)
{
    public static FrameSize? Parse(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        string[] parts = text.Split('x');
        int[] sizes = [.. parts.Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)];
        if (sizes.Length <= 2 && sizes.All(size => size > 0)) return new FrameSize(sizes[0], sizes[^1]);
        result.AddError($"'{text}' is no size: write 224 for a square, or 224x320 for height x width.");
        return null;
    }

    public override string ToString() => Height == Width ? $"{Height}" : $"{Height}x{Width}";
}
