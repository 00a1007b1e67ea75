using System.Xml.Linq;
using Microsoft.ML.VideoMamba.TestCommon;

[assembly: Parallelize(Scope = ExecutionScope.MethodLevel)]

namespace Microsoft.ML.VideoMamba.Tests;

/// <summary>The house's rules that a compiler does not check.</summary>
[TestClass]
public sealed class ArchitectureTests
{
    /// <summary>From the ground up: a project refers only to those before it.</summary>
    private static readonly string[] s_floors =
    [
        "Microsoft.ML.VideoMamba.Video",
        "Microsoft.ML.VideoMamba.Kernels",
        "Microsoft.ML.VideoMamba.Models",
        "Microsoft.ML.VideoMamba.Training",
        "Microsoft.ML.VideoMamba.Reports",
        "Microsoft.ML.VideoMamba",
        "Microsoft.ML.VideoMamba.Cli",
    ];

    private static IEnumerable<string> Projects => Directory.EnumerateFiles(Path.Combine(RepositoryPaths.Root, "src"), "*.csproj", SearchOption.AllDirectories);

    [TestMethod]
    public void ReferencesPointDown()
    {
        var wrong =
            from project in Projects
            let name = Path.GetFileNameWithoutExtension(project)
            from reference in Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))
            where Array.IndexOf(s_floors, reference) is var to && (to < 0 || to >= Array.IndexOf(s_floors, name))
            select $"{name} -> {reference}";

        Assert.AreEqual("", string.Join(", ", wrong));
    }

    [TestMethod]
    public void EveryProjectIsAFloor() =>
        CollectionAssert.AreEquivalent(s_floors, Projects.Select(Path.GetFileNameWithoutExtension).ToArray());

    [TestMethod]
    public void VideoKnowsNoTorch()
    {
        string[] packages = [.. Items(Projects.Single(path => path.EndsWith("Microsoft.ML.VideoMamba.Video.csproj", StringComparison.Ordinal)), "PackageReference")];

        Assert.IsFalse(packages.Any(package => package.Contains("Torch", StringComparison.OrdinalIgnoreCase)), string.Join(", ", packages));
    }

    [TestMethod]
    public void LibrariesChooseNoNativeBackend()
    {
        var wrong =
            from project in Projects
            where !project.EndsWith("Cli.csproj", StringComparison.Ordinal)
            from package in Items(project, "PackageReference")
            where package.StartsWith("TorchSharp-", StringComparison.Ordinal) || package.Contains("runtime", StringComparison.OrdinalIgnoreCase)
            select $"{Path.GetFileName(project)}: {package}";

        Assert.AreEqual("", string.Join(", ", wrong));
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(project).Descendants(kind).Select(item => item.Attribute("Include")!.Value);
}
