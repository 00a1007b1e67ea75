using System.Text.RegularExpressions;
using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Cli.Tests;

/// <summary>Every command line of the documentation is one that the tool takes. (That they do what they say is the verbs' own tests' part.)</summary>
[TestClass]
public sealed partial class DocumentedCommandsTests
{
    public static IEnumerable<object[]> Commands =>
        from page in Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "docs"), "*.md").Append(Path.Combine(RepositoryPaths.Root, "README.md"))
        from line in Fence().Matches(File.ReadAllText(page).ReplaceLineEndings("\n")).SelectMany(fence => fence.Groups["lines"].Value.Split('\n'))
        where Command().IsMatch(line)
        select new object[] { Path.GetFileName(page), line };

    [TestMethod]
    [DynamicData(nameof(Commands))]
    public void TheToolTakesIt(string page, string line)
    {
        string arguments = Command().Match(line).Groups["arguments"].Value;
        var tokens = Token().Matches(Redirection().Replace(arguments, "")).Select(token => token.Value.Trim('"')).ToList();

        var parsed = VideoMambaTool.CreateRoot(new ToolConsole(TextReader.Null, TextWriter.Null, TextWriter.Null, showsProgress: false)).Parse(tokens);

        Assert.AreEqual("", string.Join("; ", parsed.Errors.Select(error => error.Message)), $"{page}: {line}");
    }

    [GeneratedRegex(@"^```(console|bash|sh)?\n(?<lines>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^(\$ )?(eng/)?videomamba (?<arguments>.*)$")]
    private static partial Regex Command();

    // What follows belongs to the shell.
    [GeneratedRegex(@"\s([#|>].*)$")]
    private static partial Regex Redirection();

    [GeneratedRegex(@"""[^""]*""|\S+")]
    private static partial Regex Token();
}
