using System.Text.RegularExpressions;
using Microsoft.ML.VideoMamba.TestCommon;

namespace Microsoft.ML.VideoMamba.Tests.Documentation;

/// <summary>Every C# snippet of the documentation is a region of a file that is compiled: of a test that runs it, or of a sample.</summary>
[TestClass]
public sealed partial class SnippetTests
{
    public static IEnumerable<object[]> Pages =>
        from page in Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(RepositoryPaths.Root, "README.md"))
            .Concat(Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "src"), "PACKAGE.md", SearchOption.AllDirectories))
        where Snippets(page).Any()
        select new object[] { Path.GetRelativePath(RepositoryPaths.Root, page) };

    [TestMethod]
    [DynamicData(nameof(Pages))]
    public void SnippetsAreRegionsOfCompiledFiles(string page)
    {
        var regions = new[] { "test", "samples" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(Regions).ToHashSet();

        var strange = Snippets(Path.Combine(RepositoryPaths.Root, page)).Where(snippet => !regions.Contains(snippet));

        Assert.AreEqual("", string.Join("\n\n", strange), $"{page} has snippets that no #region of a test or sample holds");
    }

    private static IEnumerable<string> Snippets(string page) => Fence().Matches(Read(page)).Select(match => Dedent(match.Groups["code"].Value));

    private static IEnumerable<string> Regions(string file) => Region().Matches(Read(file)).Select(match => Dedent(match.Groups["code"].Value));

    private static string Read(string file) => File.ReadAllText(file).ReplaceLineEndings("\n");

    private static string Dedent(string code)
    {
        string[] lines = [.. code.Trim('\n').Split('\n').Select(line => line.TrimEnd())];
        int indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > 0 ? line[indent..] : line)).Trim();
    }

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^\s*#region[^\n]*\n(?<code>.*?)^\s*#endregion", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Region();
}
